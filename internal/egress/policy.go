package egress

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/posthorn/posthorn/internal/fault"
)

// Options are what the operator decides about outgoing connections. The zero value is the strictest.
type Options struct {
	// AllowNetworks lists networks that endpoints may point to although they are not public, such as
	// "127.0.0.0/8". Only CIDRs: a name could be pointed elsewhere by whoever owns it.
	AllowNetworks []string
	// AllowHTTP permits plain http to every permitted address. Without it http is for AllowNetworks only.
	AllowHTTP bool
	// Listeners are the addresses that this server listens on. They are refused always, so that no
	// endpoint turns the server against itself. An unspecified address stands for every local one.
	Listeners []netip.AddrPort
	// LocalAddrs are the addresses of this machine, see the function LocalAddrs; they say what an
	// unspecified listener stands for.
	LocalAddrs []netip.Addr
	// OwnURLs are the public URLs of this server; their host and port are refused.
	OwnURLs []string
}

// Policy says where requests may go. It is an immutable value, built once by NewPolicy; the zero
// value permits public addresses over https only.
type Policy struct {
	allowed   []netip.Prefix
	allowHTTP bool
	listeners []netip.AddrPort
	local     []netip.Addr
	own       []string // host:port
}

// NewPolicy returns the policy that o describes, or an Invalid error that names the wrong entry.
func NewPolicy(o Options) (Policy, error) {
	p := Policy{allowHTTP: o.AllowHTTP, listeners: slices.Clone(o.Listeners)}
	for _, text := range o.AllowNetworks {
		network, err := parseNetwork(text)
		if err != nil {
			return Policy{}, err
		}
		p.allowed = append(p.allowed, network)
	}
	for _, text := range o.OwnURLs {
		t, err := ParseTarget(text)
		if err != nil {
			return Policy{}, err
		}
		p.own = append(p.own, t.at)
	}
	for _, addr := range o.LocalAddrs {
		p.local = append(p.local, addr.Unmap().WithZone(""))
	}
	return p, nil
}

// parseNetwork reads one CIDR. A v4-mapped one is unmapped, because every address is unmapped before
// it is compared and netip finds no 4-byte address in a 16-byte prefix.
func parseNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, notANetwork(text)
	}
	if !network.Addr().Is4In6() {
		return network.Masked(), nil
	}
	if network.Bits() < 96 {
		return netip.Prefix{}, notANetwork(text)
	}
	return netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96).Masked(), nil
}

func notANetwork(text string) error {
	const code = "allow_networks"
	addr, err := netip.ParseAddr(text)
	switch {
	case err == nil && addr.Zone() == "":
		return fault.In("allow_networks", code, "Write %q as a network, such as %q.",
			text, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()).String())
	case err != nil && !strings.ContainsAny(text, ":/"):
		return fault.In("allow_networks", code, "%q is a name; allowed networks are CIDRs such as \"10.1.0.0/16\", "+
			"because a name can be pointed elsewhere by whoever owns it.", text)
	}
	return fault.In("allow_networks", code, "%q is not a network; write a CIDR without a zone, such as \"10.1.0.0/16\".", text)
}

// LocalAddrs returns the addresses of this machine's interfaces.
func LocalAddrs() ([]netip.Addr, error) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var addrs []netip.Addr
	for _, a := range found {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			addrs = append(addrs, prefix.Addr())
		}
	}
	return addrs, nil
}

// CheckURL is for the moment a URL is written. It returns the normalised target, and the credentials
// that stood in front of the host (nil if none), which are no part of the target and must be stored
// encrypted. Every error is an Invalid fault with Field "url". Names are not resolved: an answer
// would be old before it is used, and the time it takes would tell the caller about our network.
func (p Policy) CheckURL(raw string) (Target, *Credentials, error) {
	t, credentials, err := parse(raw)
	if err != nil {
		return Target{}, nil, err
	}
	if err := p.CheckTarget(t); err != nil {
		return Target{}, nil, err
	}
	return t, credentials, nil
}

// CheckTarget applies the rules for scheme, port, own address and literal address to t. It is cheap;
// Do calls it every time. A name passes here if some address could pass; its addresses are vetted
// when they are dialled. Errors are like CheckURL's.
func (p Policy) CheckTarget(t Target) error {
	if r := p.verdict(t); r != permitted {
		return fault.In("url", "url_"+r.code(), "%s", r.sentence())
	}
	return nil
}

func (p Policy) verdict(t Target) rule {
	switch {
	case t.IsZero():
		return ruleNoTarget
	case slices.Contains(p.own, t.at):
		return ruleOwn
	case t.addr.IsValid():
		return p.vet(netip.AddrPortFrom(t.addr, t.port), t.secure)
	case !permittedPort(t.port):
		return rulePort
	case len(p.allowed) > 0:
		return permitted
	case internalName(t.host):
		return ruleAddress
	case !t.secure && !p.allowHTTP:
		return ruleHTTP
	}
	return permitted
}

// vet decides about one address that is about to be dialled. Order matters: what is refused always
// comes before what the operator allowed.
func (p Policy) vet(to netip.AddrPort, secure bool) rule {
	addr := to.Addr()
	switch {
	case !addr.IsValid(), addr.Zone() != "":
		return ruleAddress // Prefix.Contains is false for any zoned address, so no list would see it
	case !permittedPort(to.Port()):
		return rulePort
	}
	addr = addr.Unmap()
	switch {
	case addr.IsUnspecified():
		return ruleAddress // the kernel takes it for loopback, whatever was allowed
	case p.self(addr, to.Port()):
		return ruleOwn
	case p.allows(addr):
		return permitted
	case forbidden(addr):
		return ruleAddress
	case !secure && !p.allowHTTP:
		return ruleHTTP
	}
	return permitted
}

// self reports whether one of our own listeners would accept a connection to addr and port.
func (p Policy) self(addr netip.Addr, port uint16) bool {
	for _, l := range p.listeners {
		if l.Port() != port {
			continue
		}
		at := l.Addr().Unmap().WithZone("")
		if at == addr || at.IsUnspecified() && (addr.IsLoopback() || slices.Contains(p.local, addr)) {
			return true
		}
	}
	return false
}

// vetDialled is the last check, a net.Dialer's ControlContext: the socket exists, address is what the
// kernel will be given, and nothing after it can change that. See the addresses' vetting in the
// dialer, which comes first and refuses the whole name.
func (p Policy) vetDialled(secure bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, network, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return ruleAddress.refuse(err)
		}
		if r := p.vet(to, secure); r != permitted {
			return r.refuse(nil)
		}
		return nil
	}
}
