package egress

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Resolver turns a name into addresses. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config is what a Client is built from. The zero value is a client for public https addresses.
type Config struct {
	Policy   Policy
	Clock    clock.Clock
	Resolver Resolver       // nil: the machine's
	RootCAs  *x509.CertPool // nil: the machine's

	DNSTimeout     time.Duration // 5 s if zero, and never more
	ConnectTimeout time.Duration // 5 s if zero; all addresses of a name together
	TLSTimeout     time.Duration // 5 s if zero
	IdleTimeout    time.Duration // 30 s if zero; how long an unused connection is kept

	KeepBody       int // bytes of an answer's body that are kept; 16 KiB if zero
	MaxIdlePerHost int // unused connections kept to one host; 512 if zero
	MaxIdle        int // unused connections kept in all; 2048 if zero

	// Dial opens the socket after the address was vetted. Nil is a net.Dialer that vets the address
	// once more on the socket; anything else is for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const maxDNSTimeout = 5 * time.Second

func (c Config) withDefaults() Config {
	c.DNSTimeout = min(cmp.Or(c.DNSTimeout, maxDNSTimeout), maxDNSTimeout)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 5*time.Second)
	c.TLSTimeout = cmp.Or(c.TLSTimeout, 5*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 30*time.Second)
	c.KeepBody = cmp.Or(c.KeepBody, 16<<10)
	c.MaxIdlePerHost = cmp.Or(c.MaxIdlePerHost, 512)
	c.MaxIdle = cmp.Or(c.MaxIdle, 2048)
	if c.Resolver == nil {
		c.Resolver = &net.Resolver{}
	}
	return c
}

// Client sends requests. It is safe for concurrent use. Close it when done.
type Client struct {
	config  Config
	current atomic.Pointer[generation]
	buffers sync.Pool // *[]byte of KeepBody+1, for bodies whose length is not known beforehand
}

// generation is a policy with the connections that were opened under it. A new policy starts a new
// one, so that no request ever runs on a connection that a later policy would have refused.
type generation struct {
	policy Policy
	kept   transports
	fresh  transports // whose connections serve one request each
}

// transports are those of http and https: when dialling, only the transport tells which it is.
type transports struct{ plain, secure *http.Transport }

// of returns the transport for a request.
func (g *generation) of(r Request) *http.Transport {
	pair := g.kept
	if r.Fresh {
		pair = g.fresh
	}
	if r.Target.secure {
		return pair.secure
	}
	return pair.plain
}

// New returns a client.
func New(c Config) *Client {
	client := &Client{config: c.withDefaults()}
	size := client.config.KeepBody + 1
	client.buffers.New = func() any {
		b := make([]byte, size)
		return &b
	}
	client.current.Store(newGeneration(client.config))
	return client
}

// Policy returns the policy in force.
func (c *Client) Policy() Policy { return c.current.Load().policy }

// SetPolicy puts p in force: every later request is checked against it, and none of them uses a
// connection that was opened under the old one. Requests that are under way finish.
func (c *Client) SetPolicy(p Policy) {
	config := c.config
	config.Policy = p
	c.current.Swap(newGeneration(config)).close()
}

// Close drops every kept connection. Connections in use are dropped when their requests end.
func (c *Client) Close() { c.current.Load().close() }

func newGeneration(c Config) *generation {
	g := &generation{policy: c.Policy, kept: newTransports(c), fresh: newTransports(c)}
	g.fresh.plain.DisableKeepAlives, g.fresh.secure.DisableKeepAlives = true, true
	return g
}

func newTransports(c Config) transports {
	plain, secure := newTransport(c), newTransport(c)
	plain.DialContext = newDialer(c, false).dial
	secure.DialTLSContext = newDialer(c, true).dialTLS
	// The handshake happens in DialTLSContext; net/http switches on what was negotiated there, if told so.
	secure.Protocols = new(http.Protocols)
	secure.Protocols.SetHTTP1(true)
	secure.Protocols.SetHTTP2(true)
	return transports{plain, secure}
}

func (g *generation) close() {
	for _, t := range []*http.Transport{g.kept.plain, g.kept.secure, g.fresh.plain, g.fresh.secure} {
		t.CloseIdleConnections()
	}
}

// newTransport returns a transport that has no proxy, no redirects (those are http.Client's), no
// cookies (likewise) and no compression: what a receiver sends is counted as it comes.
func newTransport(c Config) *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // not the environment's: a proxy would dial what nobody here has vetted
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10, // 1xx answers included, so a flood of them ends here too
		MaxIdleConns:           c.MaxIdle,
		MaxIdleConnsPerHost:    c.MaxIdlePerHost,
		IdleConnTimeout:        c.IdleTimeout,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:               c.IdleTimeout, // finds dead connections that many requests share
			PingTimeout:                   5 * time.Second,
			MaxReceiveBufferPerConnection: 1 << 20,
			MaxReceiveBufferPerStream:     64 << 10, // nobody reads more of an answer
		},
	}
}

func newTLSConfig(c Config) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    c.RootCAs,
		NextProtos: []string{"h2", "http/1.1"},
	}
}
