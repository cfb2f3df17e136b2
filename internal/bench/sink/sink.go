// Package sink is the receiver of the benchmark: a very cheap loopback HTTP server that notes which
// message reached which endpoint when. Its endpoints are the paths /0, /1, /2 and so on; those from a
// given number on hang, as a receiver does that is overloaded or forgotten.
package sink

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a Sink.
type Options struct {
	Elapsed  func() time.Duration // time since the start of the run, the one scale of all figures
	HangFrom int                  // endpoints with this number or a higher one hang
	HangFor  time.Duration        // how long a hanging endpoint keeps a request before it answers
	Verify   func(id, timestamp, signatures string, body []byte) bool
}

// Arrival is one request received.
type Arrival struct {
	Message  uint64 // Key of the message id
	Endpoint int32
	At       time.Duration // since the start of the run
}

// Sink receives until it is closed.
type Sink struct {
	options  Options
	listener net.Listener
	received atomic.Int64
	held     atomic.Int64
	unsigned atomic.Int64
	release  chan struct{}
	freed    sync.Once
	wait     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[*conn]struct{}
	done   []Arrival // of connections that have ended
}

// Listen starts a sink on a free port of 127.0.0.1.
func Listen(ctx context.Context, o Options) (*Sink, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for deliveries: %w", err)
	}
	s := &Sink{options: o, listener: listener, release: make(chan struct{}), conns: map[*conn]struct{}{}}
	s.wait.Go(s.accept)
	return s, nil
}

// Base returns the address below which the endpoints are.
func (s *Sink) Base() string { return "http://" + s.listener.Addr().String() }

// URL returns the address of endpoint n.
func (s *Sink) URL(n int) string { return s.Base() + "/" + strconv.Itoa(n) }

// Received returns how many requests have arrived at endpoints that do not hang.
func (s *Sink) Received() int64 { return s.received.Load() }

// Held returns how many requests have arrived at endpoints that hang.
func (s *Sink) Held() int64 { return s.held.Load() }

// Unsigned returns how many requests failed verification.
func (s *Sink) Unsigned() int64 { return s.unsigned.Load() }

// Release lets the hanging endpoints answer at once from now on.
func (s *Sink) Release() { s.freed.Do(func() { close(s.release) }) }

// Arrivals returns a copy of everything received so far, in no particular order.
func (s *Sink) Arrivals() []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := append([]Arrival(nil), s.done...)
	for c := range s.conns {
		all = c.appendTo(all)
	}
	return all
}

// Close stops the sink and returns when everything it started has ended.
func (s *Sink) Close() {
	s.Release()
	_ = s.listener.Close() // a second close is harmless and there is nobody to tell
	s.mu.Lock()
	for c := range s.conns {
		_ = c.net.Close()
	}
	s.closed = true
	s.mu.Unlock()
	s.wait.Wait()
}

// accept serves every connection until the listener is closed.
func (s *Sink) accept() {
	for {
		nc, err := s.listener.Accept()
		if err != nil {
			return
		}
		if c := s.admit(nc); c != nil {
			s.wait.Go(c.serve)
		}
	}
}

// admit notes a new connection, or closes it if the sink was closed while it was being accepted.
func (s *Sink) admit(nc net.Conn) *conn {
	c := &conn{sink: s, net: nc}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = nc.Close()
		return nil
	}
	s.conns[c] = struct{}{}
	return c
}

// ended takes over what c has received.
func (s *Sink) ended(c *conn) {
	_ = c.net.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = c.appendTo(s.done)
	delete(s.conns, c)
}

// Key turns a message id into the number that stands for it: its 64-bit FNV-1a hash. A million
// messages collide with a probability of one in thirty million.
func Key(id []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range id {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}
