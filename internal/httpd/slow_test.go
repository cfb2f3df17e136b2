package httpd_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/httpd"
)

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
func dial(t *testing.T, h http.HandlerFunc) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	p := pipe{make(chan net.Conn, 1), make(chan struct{})}
	p.connections <- there
	s := httpd.New(httpd.Config{Listener: p, Handler: h, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		check(t, here.Close())
		cancel()
		check(t, <-ended)
	})
	return here
}

func TestRefusedRequestWithASlowBodyIsAnsweredSoonAndClosed(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"1000", "200000", "900000"} {
		synctest.Test(t, func(t *testing.T) {
			connection := dial(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
			began := time.Now()
			_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "+length+"\r\n\r\nbegins")
			check(t, err)

			reader := bufio.NewReader(connection)
			answer, err := http.ReadResponse(reader, nil)
			check(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			check(t, err)
			check(t, answer.Body.Close())
			_, err = io.Copy(io.Discard, reader) // ends when the server closes

			check(t, err)
			if took := time.Since(began); answer.StatusCode != http.StatusUnauthorized || took > httpd.LingerTime+time.Second { // net/http closes in two steps
				t.Errorf("%s bytes: got %d, and the connection was closed after %s", length, answer.StatusCode, took)
			}
		})
	}
}

func TestClientThatDoesNotReadALargeAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		every time.Duration // 4 KiB are read
		after time.Duration
	}{
		"reads nothing":  {time.Hour, httpd.StallTimeout},
		"reads a little": {httpd.StallTimeout / 32, httpd.AnswerTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var took time.Duration
				cut := make(chan error, 1)
				connection := dial(t, func(w http.ResponseWriter, _ *http.Request) {
					began := time.Now()
					_, err := io.WriteString(w, strings.Repeat("x", 8<<20))
					took = time.Since(began)
					cut <- err
				})
				_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				check(t, err)
				ticker := time.NewTicker(c.every)
				defer ticker.Stop()
				for {
					select {
					case err := <-cut:
						if err == nil || took != c.after {
							t.Errorf("writing ended after %s: %v", took, err)
						}
						return
					case <-ticker.C:
						_, _ = connection.Read(make([]byte, 4<<10)) // closed in the end
					}
				}
			})
		})
	}
}

func TestEvery503And429SaysWhenToTryAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		for want, set := range map[string]string{"5": "", "77": "77"} {
			head := headOf(t, func(w http.ResponseWriter, _ *http.Request) {
				if set != "" {
					w.Header().Set("Retry-After", set)
				}
				w.WriteHeader(status)
			})
			if got := head.Get("Retry-After"); got != want {
				t.Errorf("%d: got %q", status, got)
			}
		}
	}
}

// headOf returns the headers of the answer of h to a request.
func headOf(t *testing.T, h http.HandlerFunc) http.Header {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+serve(t, h)+"/", http.NoBody)
	check(t, err)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	check(t, err)
	check(t, answer.Body.Close())
	return answer.Header
}
