package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// maxAddresses is how many addresses a name may have. Real ones have a few; a thousand make one
// attempt a thousand connections.
const maxAddresses = 32

// dialer opens the connections of one transport: resolve, vet every address, connect to one of
// exactly those. Its three budgets are its own, because net/http lets a dial run on when the request
// that wanted it has ended.
type dialer struct {
	config Config
	secure bool
	open   func(ctx context.Context, network, address string) (net.Conn, error)
	tls    *tls.Config
}

func newDialer(c Config, secure bool) *dialer {
	d := &dialer{config: c, secure: secure, open: c.Dial, tls: newTLSConfig(c)}
	if d.open == nil {
		d.open = (&net.Dialer{ControlContext: c.Policy.vetDialled(secure)}).DialContext
	}
	return d
}

// dialTLS opens a guarded connection and does the handshake on it.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	began := d.config.Clock.Steady()
	ctx, cancel := context.WithTimeout(ctx, d.config.TLSTimeout)
	defer cancel()
	config := d.tls.Clone()
	config.ServerName, _, _ = net.SplitHostPort(address)
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, &dialError{outcome: TLS, detail: tlsSentence(err), cause: err}
	}
	record(ctx, func(t *Timing) { t.TLS = d.config.Clock.Steady() - began })
	return conn, nil
}

// dial opens a guarded connection to address, a host and port as net/http gives them.
func (d *dialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, ruleAddress.refuse(err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, rulePort.refuse(err)
	}
	addrs, err := d.resolve(ctx, host, uint16(port))
	if err != nil {
		return nil, err
	}
	if err := d.vetAll(addrs); err != nil {
		return nil, err
	}
	return d.connect(ctx, addrs)
}

// vetAll refuses a name for any one of its addresses, whatever the others are. It names that address if others are
// permitted: the name is then public, and its owner has to find the record. Of a name that has forbidden addresses only it
// tells none, since that may be one of an internal name server.
func (d *dialer) vetAll(addrs []netip.AddrPort) error {
	var fault netip.Addr
	broken, passed := permitted, 0
	for _, to := range addrs {
		switch r := d.config.Policy.vet(to, d.secure); {
		case r == permitted:
			passed++
		case broken == permitted:
			broken, fault = r, to.Addr()
		}
	}
	switch {
	case broken == permitted:
		return nil
	case passed == 0:
		return broken.refuse(nil)
	}
	return broken.refuseOne(fault)
}

// connect tries the vetted addresses in order and gives each an equal share of what is left of the
// time, so that one dead address does not use up the others' turn.
func (d *dialer) connect(ctx context.Context, addrs []netip.AddrPort) (net.Conn, error) {
	began := d.config.Clock.Steady()
	ctx, cancel := context.WithTimeout(ctx, d.config.ConnectTimeout)
	defer cancel()
	var failed error
	for i, to := range addrs {
		share := d.config.ConnectTimeout - (d.config.Clock.Steady() - began)
		conn, err := d.connectOne(ctx, to, share/time.Duration(len(addrs)-i))
		if err == nil {
			record(ctx, func(t *Timing) { t.Connect = d.config.Clock.Steady() - began })
			return conn, nil
		}
		failed = err
	}
	var refused *dialError
	if errors.As(failed, &refused) {
		return nil, refused
	}
	return nil, &dialError{outcome: Connect, detail: connectSentence(failed), cause: failed}
}

func (d *dialer) connectOne(ctx context.Context, to netip.AddrPort, share time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, share)
	defer cancel()
	return d.open(ctx, "tcp", to.String())
}
