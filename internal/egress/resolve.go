package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// resolve returns what host stands for, unmapped, with port. A literal address stands for itself.
func (d *dialer) resolve(ctx context.Context, host string, port uint16) ([]netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr.Unmap(), port)}, nil
	}
	if isLocalhost(host) {
		return d.loopback(port)
	}
	addrs, err := d.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(addrs) > maxAddresses {
		return nil, &dialError{outcome: DNS, detail: "The host name has too many addresses."}
	}
	targets := make([]netip.AddrPort, len(addrs))
	for i, addr := range addrs {
		targets[i] = netip.AddrPortFrom(addr.Unmap(), port)
	}
	return targets, nil
}

// loopback answers for localhost without asking anybody, as RFC 6761 section 6.3 wants. It leaves
// out the family that is not permitted: both addresses are our own words, so the rule that one
// forbidden answer condemns a name has nobody to catch here.
func (d *dialer) loopback(port uint16) ([]netip.AddrPort, error) {
	var permittedAddrs []netip.AddrPort
	for _, addr := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		to := netip.AddrPortFrom(addr, port)
		if d.config.Policy.vet(to, d.secure) == permitted {
			permittedAddrs = append(permittedAddrs, to)
		}
	}
	if len(permittedAddrs) == 0 {
		return nil, ruleAddress.refuse(nil)
	}
	return permittedAddrs, nil
}

func (d *dialer) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	began := d.config.Clock.Steady()
	ctx, cancel := context.WithTimeout(ctx, d.config.DNSTimeout)
	defer cancel()
	addrs, err := d.config.Resolver.LookupNetIP(ctx, "ip", host)
	record(ctx, func(t *Timing) { t.DNS = d.config.Clock.Steady() - began })
	if err == nil && len(addrs) > 0 {
		return addrs, nil
	}
	return nil, &dialError{outcome: DNS, detail: dnsSentence(ctx, err), cause: err}
}

func dnsSentence(ctx context.Context, err error) string {
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil, errors.As(err, &dns) && dns.IsTimeout:
		return "The name server did not answer in time for the host name."
	case err == nil, dns != nil && dns.IsNotFound:
		return "The host name has no address; check the URL."
	}
	return "The host name could not be resolved."
}
