package inbound_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/receive"
)

// ajar lets everybody in through one door and takes nothing.
type ajar struct{ door *receive.Door }

func (a ajar) Open(context.Context, *receive.Request) (*receive.Door, error) { return a.door, nil }
func (ajar) TooLarge(*receive.Door, *receive.Request) error                  { return errors.New("too large") }

func (ajar) MalformedCompression(*receive.Door, *receive.Request) error {
	return errors.New("too large")
}
func (ajar) Receive(context.Context, *receive.Door, *receive.Request) (receive.Answer, error) {
	return receive.Answer{Status: http.StatusOK}, nil
}

// pipe is a listener with one connection, whose time is that of the bubble.
type pipe struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipe) Close() error   { close(p.closed); return nil }
func (p pipe) Addr() net.Addr { return &net.TCPAddr{} }

// dial serves h at the other end of the connection that it returns.
func dial(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	p := pipe{make(chan net.Conn, 1), make(chan struct{})}
	p.connections <- there
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(p) }()
	t.Cleanup(func() {
		check(t, here.Close())
		check(t, s.Close())
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return here
}

// The door is made outside of the bubble, where the database is.
func TestBodyThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, _ := e.source(t, catalog.NewSource{Provider: "none"})
	key, err := e.sources.AddressKey(s)
	check(t, err)
	door, err := e.service.Open(t.Context(), &receive.Request{Key: key, Method: http.MethodPost})
	check(t, err)
	for name, c := range map[string]struct {
		every  time.Duration // a byte comes
		status int
		after  time.Duration
	}{
		"one that never comes": {time.Hour, http.StatusRequestTimeout, httpbody.Timeout},
		"one that trickles":    {time.Second - time.Millisecond, http.StatusRequestTimeout, httpbody.Timeout},
		"one that comes late":  {httpbody.Timeout/20 - time.Millisecond, http.StatusOK, httpbody.Timeout - 20*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sender sync.WaitGroup
				t.Cleanup(sender.Wait) // once the connection is closed
				connection := dial(t, inbound.Handler{Receiver: ajar{door}, PublicURL: "https://hooks.example.com"})
				began := time.Now()
				_, err := io.WriteString(connection, "POST /in/key HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n")
				check(t, err)
				sender.Go(func() {
					for range 20 {
						<-time.After(c.every)
						if _, err := io.WriteString(connection, "x"); err != nil {
							return // given up
						}
					}
				})

				answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
				check(t, err)
				var said struct{ Code string }
				_ = json.NewDecoder(answer.Body).Decode(&said) // a success says nothing
				check(t, answer.Body.Close())

				if answer.StatusCode != c.status || time.Since(began) != c.after {
					t.Errorf("got %d after %s", answer.StatusCode, time.Since(began))
				}
				if c.status != http.StatusOK && (said.Code != "too_slow" || !answer.Close) {
					t.Errorf("got %+v, and the connection stays: %t", said, !answer.Close)
				}
			})
		})
	}
}
