package egress_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// wire is a receiver that is scripted down to the byte. It counts what arrives.
type wire struct {
	URL         string
	Connections atomic.Int64
	Requests    atomic.Int64
	closed      chan struct{} // one value for each connection whose script has ended
}

// newWire serves every connection with script, which is given the connection and, each time it calls
// next, the next request on it (false when the client is gone).
func newWire(t testing.TB, script func(c net.Conn, next func() bool)) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{URL: "http://" + l.Addr().String() + "/", closed: make(chan struct{}, 100)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.Connections.Add(1)
			stop := context.AfterFunc(t.Context(), func() { _ = c.Close() })
			running.Go(func() {
				defer stop()
				w.serve(c, script)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return w
}

func (w *wire) serve(c net.Conn, script func(c net.Conn, next func() bool)) {
	defer func() { w.closed <- struct{}{} }()
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	script(c, func() bool {
		request, err := http.ReadRequest(r)
		if err != nil {
			return false
		}
		w.Requests.Add(1)
		_, err = io.Copy(io.Discard, request.Body)
		return err == nil
	})
}

// says answers every request with text.
func says(text string) func(net.Conn, func() bool) {
	return func(c net.Conn, next func() bool) {
		for next() {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// saysOnce answers the first request with text, then hangs up.
func saysOnce(text string) func(net.Conn, func() bool) {
	return func(c net.Conn, next func() bool) {
		if next() {
			_, _ = io.WriteString(c, text)
		}
	}
}
