package httpd

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// sendBuffer is how many bytes of an answer the kernel holds for a client that does not read. Left to itself it may hold
// megabytes for each connection, which no budget of ours counts.
const sendBuffer = 256 << 10

// limiter is a listener with a bound on the connections that are open at a time. When all are taken and another comes,
// the one that has been idle for longest is closed; while none is idle, the new one waits.
type limiter struct {
	net.Listener
	most int // zero is no bound

	mu      sync.Mutex
	changed sync.Cond // a connection was closed or became idle, or the listener was closed
	open    int
	closed  bool
	idle    list.List // of net.Conn, the one that has been idle for longest first
	places  map[net.Conn]*list.Element
}

func newLimiter(l net.Listener, most int) *limiter {
	limited := &limiter{Listener: l, most: most, places: map[net.Conn]*list.Element{}}
	limited.changed.L = &limited.mu
	return limited
}

// Accept implements net.Listener.
func (l *limiter) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // without it the kernel chooses
	}
	if !l.take() {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	return &counted{Conn: conn, free: l.free}, nil
}

// take waits until a connection may be opened. It returns false once the listener is closed.
func (l *limiter) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.most > 0 && l.open >= l.most && !l.closed {
		oldest := l.idle.Front()
		if oldest == nil {
			l.changed.Wait()
			continue
		}
		conn, _ := oldest.Value.(net.Conn)
		l.forget(conn)
		l.mu.Unlock()
		_ = conn.Close() // frees its place
		l.mu.Lock()
	}
	l.open++
	return !l.closed
}

func (l *limiter) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.changed.Signal()
}

// note keeps the list of idle connections. It is the hook ConnState of http.Server.
func (l *limiter) note(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(conn)
	if state == http.StateIdle {
		l.places[conn] = l.idle.PushBack(conn)
		l.changed.Signal()
	}
}

func (l *limiter) forget(conn net.Conn) {
	if place, ok := l.places[conn]; ok {
		l.idle.Remove(place)
		delete(l.places, conn)
	}
}

// Close implements net.Listener.
func (l *limiter) Close() error {
	l.mu.Lock()
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	return l.Listener.Close()
}

// counted is a connection that frees its place when it is closed.
type counted struct {
	net.Conn
	once sync.Once
	free func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.free)
	return err
}

// CloseWrite ends the sending direction. net/http calls it so that a client that still sends can read the answer.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
