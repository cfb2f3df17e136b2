package hostile_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

func twoLengthsAreRefused(t *testing.T, s *harness.Server) {
	for _, lengths := range []string{
		"Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3, 4\r\n", "Content-Length: +3\r\n", "Content-Length: -3\r\n",
		"Content-Length: 0x3\r\n", "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding : chunked\r\n",
	} {
		c := dial(t, s)
		_, err := io.WriteString(c, head(s, "POST /api/v1/app")+lengths+"\r\nabcdGET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
		harness.Check(t, err)

		said, _ := untilClosed(t, c)

		if strings.Count(said, "HTTP/1.1 ") != 1 || !strings.HasPrefix(said, "HTTP/1.1 400 ") && !strings.HasPrefix(said, "HTTP/1.1 501 ") {
			t.Errorf("%q: got %q", lengths, said)
		}
	}
}

// nothingIsSmuggled sends a length and chunks. The chunks count, as RFC 9112 (section 6.3) allows, and the
// connection ends behind them, so that nobody can disagree about where the next request begins.
func nothingIsSmuggled(t *testing.T, s *harness.Server) {
	for _, lengths := range []string{"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"} {
		c := dial(t, s)
		_, err := io.WriteString(c, head(s, "POST /api/v1/app")+lengths+
			"\r\nc\r\n{\"name\":\"n\"}\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
		harness.Check(t, err)

		said, _ := untilClosed(t, c)

		if strings.Count(said, "HTTP/1.1 ") != 1 || strings.Contains(said, "alive") {
			t.Errorf("%q: got %q", lengths, said)
		}
	}
}

func manyHeadersAreRefused(t *testing.T, s *harness.Server) {
	reply := exchange(t, s, head(s, "GET /api/v1/app")+strings.Repeat("X-A: b\r\n", 10_000)+"\r\n")
	failure(t, "10,000 headers", reply, http.StatusRequestHeaderFieldsTooLarge)
}

func longHeaderIsRefused(t *testing.T, s *harness.Server) {
	reply := exchange(t, s, head(s, "GET /api/v1/app")+"X-A: "+strings.Repeat("b", 1<<20)+"\r\n\r\n")
	harness.Equal(t, "a header of 1 MB", reply.Status, http.StatusRequestHeaderFieldsTooLarge)
}

// noHTTP2WithoutTLS shows that floods of streams (rapid reset and the like) have nothing to talk to.
func noHTTP2WithoutTLS(t *testing.T, s *harness.Server) {
	c := dial(t, s)
	_, err := io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	harness.Check(t, err)
	said, _ := untilClosed(t, c)
	if said != "" && !strings.HasPrefix(said, "HTTP/1.1 ") {
		t.Errorf("the preface of HTTP/2 was answered with %q", said)
	}

	reply := exchange(t, s, head(s, "GET /api/v1/app")+"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
	harness.Equal(t, "an upgrade", reply.Status, http.StatusOK)
}

func otherMethodsAreRefused(t *testing.T, s *harness.Server) {
	for _, line := range []string{"TRACE /api/v1/app", "TRACE /", "CONNECT example.com:443", "OPTIONS /api/v1/app", "PATCH /api/v1/app", "BREW /api/v1/app"} {
		failure(t, line, exchange(t, s, head(s, line)+"\r\n"), http.StatusMethodNotAllowed)
	}
	request := s.Request(t, http.MethodPost, newApplication(t, s), nil)
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		request.Header.Set(name, http.MethodDelete)
	}
	failure(t, "an override", s.Send(t, request), http.StatusMethodNotAllowed)
}

func forgedHostIsInNoLink(t *testing.T, s *harness.Server) {
	request := s.Request(t, http.MethodPost, strings.Replace(newApplication(t, s), "/app/", "/auth/app-portal-access/", 1), object{})
	request.Host = "evil.example"
	for _, name := range []string{"X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server"} {
		request.Header.Set(name, "evil.example")
	}
	request.Header.Set("Forwarded", "host=evil.example")

	reply := wanted(t, "portal access", s.Send(t, request), http.StatusOK)

	if bytes.Contains(reply.Body, []byte("evil")) || strings.Contains(fmt.Sprint(reply.Header), "evil") {
		t.Errorf("got %s %v", reply.Body, reply.Header)
	}
}

func oddTokensAreRefused(t *testing.T, s *harness.Server) {
	for _, value := range []string{
		"", "Bearer", "Bearer ", "Basic OnBhc3N3b3Jk", "Bearer " + s.Token + "x", "Bearer " + s.Token[:len(s.Token)-1], s.Token,
		"Bearer " + strings.ToUpper(s.Token), "Bearer " + strings.Repeat("a", 40_000), "Bearer a.b.c", "Bearer null",
		"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvcmdfMjNyYjhZZEdxTVQwcUl6cGdHd2RYZkhpck11IiwiZXhwIjo5OTk5OTk5OTk5fQ.",
	} {
		request := s.Request(t, http.MethodGet, "/api/v1/app", nil)
		request.Header.Del("Authorization")
		if value != "" {
			request.Header.Set("Authorization", value)
		}

		failure(t, fmt.Sprintf("%.60q", value), s.Send(t, request), http.StatusUnauthorized)
	}
}

func oddPathsAreRefused(t *testing.T, s *harness.Server) {
	for _, path := range []string{
		"/api/v1/app/../../../etc/passwd", "/api/v1/app/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/api/v1/app/a%00b", "/api/v1/app/" + strings.Repeat("a", 50_000),
		"/api/v1/app/%F0%9F%98%80", "/api/v1/app/a%0d%0aX-Y:%20z", "/api/v1//app//x", "/debug/../api/v1/app/x", "/metrics/../api/v1/app/x",
	} {
		reply := exchange(t, s, head(s, "GET "+path)+"\r\n")

		if reply.Status != http.StatusNotFound && reply.Status != http.StatusUnprocessableEntity || reply.Header.Get("X-Y") != "" {
			t.Errorf("%.60s: got %d %.300s", path, reply.Status, reply.Body)
		}
	}
}

func garbageIsRefused(t *testing.T, s *harness.Server) {
	for _, text := range []string{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 100), // a TLS greeting
		"GET\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /api/v1/app HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", "EHLO example.com\r\n",
	} {
		c := dial(t, s)
		go func() { _, _ = io.WriteString(c, text+"\r\n\r\n") }()

		said, _ := untilClosed(t, c)

		if said != "" && !strings.HasPrefix(said, "HTTP/1.1 400 ") && !strings.HasPrefix(said, "HTTP/1.1 505 ") {
			t.Errorf("%.40q: got %.200q", text, said)
		}
	}
}

// TestQ12SlowRequestsAreCutOff needs ten seconds, in which it does nothing.
func TestQ12SlowRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	for name, request := range map[string]string{
		"head":    "GET /livez HTTP/1.1\r\nHost: a\r\nX-A: b",
		"body":    head(s, "POST /api/v1/app") + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"message": head(s, "POST /api/v1/app/a/msg") + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s)
			_, err := io.WriteString(c, request)
			harness.Check(t, err)

			said, took := untilClosed(t, c)

			if took < 9*time.Second || took > 20*time.Second || strings.Contains(said, " 200 ") || strings.Contains(said, " 201 ") {
				t.Errorf("after %s: %q", took, said)
			}
		})
	}
}
