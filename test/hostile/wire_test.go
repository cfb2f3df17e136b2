package hostile_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

// script is what a receiver does with a connection. next reads the next request and reports false when
// the sender is gone.
type script func(c net.Conn, next func() bool)

// wire is a receiver that is scripted down to the byte.
type wire struct {
	URL         string
	Connections atomic.Int64
	Written     atomic.Int64 // bytes that a flood got rid of

	mu     sync.Mutex
	seen   []*http.Request
	closed chan struct{} // one value for each connection that has ended
}

func newWire(t *testing.T, play script) *wire {
	t.Helper()
	var none net.ListenConfig
	l, err := none.Listen(t.Context(), "tcp", "127.0.0.1:0")
	harness.Check(t, err)
	w := &wire{URL: "http://" + l.Addr().String() + "/", closed: make(chan struct{}, 1000)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.Connections.Add(1)
			running.Go(func() { w.serve(t.Context(), c, play) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return w
}

func (w *wire) serve(ctx context.Context, c net.Conn, play script) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	defer func() { w.closed <- struct{}{} }()
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	play(counted{c, &w.Written}, func() bool {
		request, err := http.ReadRequest(r)
		if err != nil {
			return false
		}
		w.mu.Lock()
		w.seen = append(w.seen, request)
		w.mu.Unlock()
		_, err = io.Copy(io.Discard, request.Body)
		return err == nil
	})
}

// Requests returns what has arrived.
func (w *wire) Requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[:len(w.seen):len(w.seen)]
}

// awaitClosed waits until n connections have ended.
func (w *wire) awaitClosed(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-w.closed:
		case <-time.After(harness.Patience):
			t.Fatal("the connection was kept")
		}
	}
}

type counted struct {
	net.Conn
	written *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// says answers every request with a text.
func says(text string) script {
	return func(c net.Conn, next func() bool) {
		for next() {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// saysOnce answers the first request of a connection with a text and waits for the sender to hang up.
func saysOnce(text string) script {
	return func(c net.Conn, next func() bool) {
		if next() {
			_, _ = io.WriteString(c, text)
			_, _ = io.Copy(io.Discard, c)
		}
	}
}

// floods answers with head and then with rest, again and again, until the sender hangs up.
func floods(head, rest string) script {
	return func(c net.Conn, next func() bool) {
		if !next() {
			return
		}
		for text := head; ; text = rest {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// hangs takes the request and never answers.
func hangs(c net.Conn, next func() bool) {
	next()
	_, _ = io.Copy(io.Discard, c)
}
