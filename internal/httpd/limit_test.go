package httpd_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/httpd"
)

// serveFew runs a server that has at most two connections.
func serveFew(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	var none net.ListenConfig
	listener, err := none.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	s := httpd.New(httpd.Config{Listener: listener, Handler: h, Most: 2, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.WithoutCancel(t.Context())) }()
	t.Cleanup(func() {
		s.Stop()
		check(t, <-ended)
	})
	return listener.Addr().String()
}

// keptOpen is a connection over which requests are sent.
type keptOpen struct {
	net.Conn
	reader *bufio.Reader
}

func open(t *testing.T, addr string) keptOpen {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", addr)
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	check(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	return keptOpen{conn, bufio.NewReader(conn)}
}

// get sends a request and returns the status of the answer, or zero if the connection is closed.
func (k keptOpen) get(path string) int {
	if _, err := io.WriteString(k, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0
	}
	answer, err := http.ReadResponse(k.reader, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestIdleConnectionIsClosedWhenAnotherComesAndAllAreTaken(t *testing.T) {
	t.Parallel()
	addr := serveFew(t, fine)
	for range 20 {
		if status := open(t, addr).get("/"); status != http.StatusOK { // and stays open
			t.Fatalf("got %d", status)
		}
	}
}

func TestBusyConnectionsAreNotClosedForAnother(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}, 2), make(chan struct{})
	addr := serveFew(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy" {
			begun <- struct{}{}
			<-goOn
		}
	})
	statuses := make(chan int, 3)
	for range 2 {
		k := open(t, addr)
		go func() { statuses <- k.get("/busy") }()
		<-begun
	}
	third := open(t, addr)
	go func() { statuses <- third.get("/") }()
	close(goOn)

	for range 3 {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	}
}
