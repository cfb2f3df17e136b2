package hostile_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
)

// dial opens a bare connection to the server.
func dial(t *testing.T, s *harness.Server) net.Conn {
	t.Helper()
	var dialer net.Dialer
	c, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	harness.Check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	harness.Check(t, c.SetDeadline(clock.Clock{}.Now().Add(harness.Patience)))
	return c
}

// exchange sends bytes and returns the first answer. The server may answer before it has taken all.
func exchange(t *testing.T, s *harness.Server, request string) harness.Reply {
	t.Helper()
	c := dial(t, s)
	go func() { _, _ = io.WriteString(c, request) }()
	return firstAnswer(t, c)
}

func firstAnswer(t *testing.T, c net.Conn) harness.Reply {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	harness.Check(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body) // a refused request may end in a reset
	return harness.Reply{Status: answer.StatusCode, Header: answer.Header, Body: body}
}

// head is the head of a request with the admin token, without the empty line that ends it.
func head(s *harness.Server, line string) string {
	return line + " HTTP/1.1\r\nHost: posthorn\r\nAuthorization: Bearer " + s.Token + "\r\n"
}

// untilClosed reads until the server hangs up and returns what it said and how long that took.
func untilClosed(t *testing.T, c net.Conn) (said string, took time.Duration) {
	t.Helper()
	var now clock.Clock
	start := now.Now()
	all, err := io.ReadAll(c) // a reset is a way to hang up too
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("the connection is open after %s", harness.Patience)
	}
	return string(all), now.Now().Sub(start)
}
