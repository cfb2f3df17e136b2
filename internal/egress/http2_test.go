package egress_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/egress"
)

// Frame types of RFC 9113 section 6.
const (
	frameHeaders  = 0x1
	frameReset    = 0x3
	frameSettings = 0x4
	framePing     = 0x6
	frameGoAway   = 0x7
)

// frame returns an HTTP/2 frame.
func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	return append(head, payload...)
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// http2Wire is an HTTP/2 receiver that answers each request with answer (and floods, if told to). It
// returns its URL and a channel that gets a value for each request.
func http2Wire(t *testing.T, config *tls.Config, settings, answer []byte, flood bool) (string, chan struct{}) {
	t.Helper()
	config.NextProtos = []string{"h2"}
	requests := make(chan struct{}, 100)
	w := newWire(t, func(raw net.Conn, _ func() bool) {
		c := tls.Server(raw, config)
		preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		if _, err := io.ReadFull(c, preface); err != nil {
			return
		}
		_, _ = c.Write(frame(frameSettings, 0, 0, settings))
		serveFrames(c, requests, answer, flood)
	})
	return strings.Replace(strings.Replace(w.URL, "http:", "https:", 1), "127.0.0.1", "hook.example", 1), requests
}

func serveFrames(c net.Conn, requests chan<- struct{}, answer []byte, flood bool) {
	serveRequests(c, func(int) bool {
		requests <- struct{}{}
		for {
			if _, err := c.Write(answer); err != nil || !flood {
				return true
			}
		}
	})
}

// serveRequests reads frames and calls answer for each request with its number, until the peer is gone or answer
// reports false.
func serveRequests(c net.Conn, answer func(n int) bool) {
	head := make([]byte, 9)
	for n := 0; ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, c, length); err != nil {
			return
		}
		if head[3] != frameHeaders {
			continue
		}
		if !answer(n) {
			return
		}
		n++
	}
}

// Every answer ends the attempt with a type, and no request is repeated although HTTP/2 would
// allow it for most of these.
func TestHostileHTTP2IsTypedAndNotRepeated(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	goAway := func(code uint32) []byte { return frame(frameGoAway, 0, 0, append(number(0), number(code)...)) }
	reset := func(code uint32) []byte { return frame(frameReset, 0, 1, number(code)) }
	for name, answer := range map[string][]byte{
		"GOAWAY that disowns the request": goAway(0),
		"GOAWAY with an error":            goAway(0xb),
		"refused stream":                  reset(0x7),
		"protocol error":                  reset(0x1),
		"cancel":                          reset(0x8),
		"garbage":                         []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"headers without a status":        frame(frameHeaders, 0x5, 1, nil),
		"data before headers":             frame(0, 0x1, 1, []byte("x")),
		"settings on a stream":            frame(frameSettings, 0, 1, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, requests := http2Wire(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, unchanged)}}, nil, answer, false)

			r := post(t, tlsClient(t, a.pool()), url)

			if r.Outcome != egress.Disconnected && r.Outcome != egress.Protocol || r.Status != 0 || r.Detail == "" {
				t.Errorf("got %+v", r)
			}
			if n := len(requests); n != 1 {
				t.Errorf("%d requests left", n)
			}
		})
	}
}

// Floods of control frames, and a window that stays shut, cost one attempt its deadline.
func TestHTTP2FloodsEndWithTheAttempt(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	shut := append([]byte{0, 4}, number(0)...) // SETTINGS_INITIAL_WINDOW_SIZE 0
	for name, answer := range map[string][]byte{
		"PING":     frame(framePing, 0, 0, make([]byte, 8)),
		"SETTINGS": frame(frameSettings, 0, 0, nil),
		"window 0": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, requests := http2Wire(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, unchanged)}}, shut, answer, answer != nil)
			client := tlsClient(t, a.pool())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-requests
				cancel()
			}()

			r := client.Do(ctx, egress.Request{Target: target(t, url), Body: []byte("x")})

			if r.Outcome != egress.Interrupted && r.Outcome != egress.Disconnected && r.Outcome != egress.Protocol {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestOnlyAnHTTP2RequestThatMayBeLostIsStale ends the second stream of a connection, or the connection itself.
func TestOnlyAnHTTP2RequestThatMayBeLostIsStale(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	ok := frame(frameHeaders, 0x5, 1, []byte{0x88}) // :status 200
	for name, c := range map[string]struct {
		second []byte
		stale  bool
	}{
		"refused stream": {frame(frameReset, 0, 3, number(0x7)), true}, "internal error": {frame(frameReset, 0, 3, number(0x2)), false},
		"cancel": {frame(frameReset, 0, 3, number(0x8)), false}, "the connection closed": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := &tls.Config{Certificates: []tls.Certificate{a.issue(t, unchanged)}, NextProtos: []string{"h2"}}
			w := newWire(t, func(raw net.Conn, _ func() bool) {
				conn := tls.Server(raw, config)
				if _, err := io.CopyN(io.Discard, conn, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
					return
				}
				_, _ = conn.Write(frame(frameSettings, 0, 0, nil))
				answers := [][]byte{ok, c.second}
				serveRequests(conn, func(n int) bool {
					_, err := conn.Write(answers[min(n, 1)])
					return err == nil && (n == 0 || c.second != nil)
				})
			})
			client := tlsClient(t, a.pool())
			url := strings.Replace(strings.Replace(w.URL, "http:", "https:", 1), "127.0.0.1", "hook.example", 1)

			first := post(t, client, url)
			second := post(t, client, url)

			if first.Status != 200 || second.Outcome != egress.Disconnected || second.Stale != c.stale {
				t.Errorf("got %+v, then %+v", first, second)
			}
		})
	}
}
