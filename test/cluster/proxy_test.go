package cluster_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// proxy stands between a node and its database and breaks the connection in the ways of a network.
type proxy struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mu      sync.Mutex
	links   map[*link]bool
	swallow bool // new connections are swallowed from their first byte
	refuse  bool // new connections are reset
}

// link is one connection on both sides.
type link struct {
	near, far net.Conn
	mu        sync.Mutex
	deaf      bool
}

// between starts a proxy in front of target.
func between(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target, links: map[*link]bool{}}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.reset()
		p.running.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return // it was closed
		}
		p.running.Go(func() { p.serve(near) })
	}
}

// serve passes on what comes until either side ends.
func (p *proxy) serve(near net.Conn) {
	var d net.Dialer
	far, err := d.DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		abort(near)
		return
	}
	l := &link{near: near, far: far}
	if !p.add(l) {
		l.abort()
		return
	}
	var sides sync.WaitGroup
	sides.Go(func() { l.pass(far, near) })
	sides.Go(func() { l.pass(near, far) })
	sides.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

func (p *proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.deaf = p.swallow
	p.links[l] = true
	return !p.refuse
}

// pass copies until an end, which it passes on, too: nothing ends on one side alone, unless it is swallowed.
func (l *link) pass(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		l.mu.Lock()
		deaf := l.deaf
		l.mu.Unlock()
		if err == nil && !deaf {
			_, err = to.Write(buffer[:n])
		}
		if err != nil {
			if !deaf {
				l.abort()
			}
			return
		}
	}
}

func (l *link) abort() {
	abort(l.near)
	abort(l.far)
}

// abort closes a connection with a reset.
func abort(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// reset cuts every connection, once.
func (p *proxy) reset() {
	for _, l := range p.open() {
		l.abort()
	}
}

// silence swallows whatever comes on the connections there are, both ways; new ones are not touched. Neither side
// hears that the other has gone.
func (p *proxy) silence() {
	for _, l := range p.open() {
		l.mu.Lock()
		l.deaf = true
		l.mu.Unlock()
	}
}

// cut swallows everything on all connections, those to come too, until the returned function is called. It then cuts
// what it swallowed.
func (p *proxy) cut() (heal func()) {
	p.set(func() { p.swallow = true })
	p.silence()
	return func() {
		p.set(func() { p.swallow = false })
		p.reset()
	}
}

// block resets all connections, those to come too, until the returned function is called.
func (p *proxy) block() (heal func()) {
	p.set(func() { p.refuse = true })
	p.reset()
	return func() { p.set(func() { p.refuse = false }) }
}

func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *proxy) open() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*link
	for l := range p.links {
		all = append(all, l)
	}
	return all
}
