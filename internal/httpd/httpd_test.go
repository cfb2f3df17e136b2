package httpd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/httpd"
)

// serve runs a server for the test and returns where it is.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	var none net.ListenConfig
	listener, err := none.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	s := httpd.New(httpd.Config{Listener: listener, Handler: h, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.WithoutCancel(t.Context())) }()
	<-s.Ready()
	t.Cleanup(func() {
		s.Stop()
		check(t, <-ended)
	})
	return listener.Addr().String()
}

// exchange sends raw bytes and returns the status and body of the answer.
func exchange(t *testing.T, addr, request string) (int, string) {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", addr)
	check(t, err)
	defer func() { _ = conn.Close() }()
	check(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	go func() { _, _ = io.WriteString(conn, request) }() // the server may answer before it read everything
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body) // a refused request may end in a reset
	return answer.StatusCode, string(body)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func isJSON(t *testing.T, body string) {
	t.Helper()
	var out struct{ Code, Detail string }
	if err := json.Unmarshal([]byte(body), &out); err != nil || out.Code == "" || out.Detail == "" {
		t.Errorf("the body is no {code, detail}: %q", body)
	}
}

func fine(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(w, "fine")
}

func TestRequestsWithTwoLengthsAreRefused(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))
	for name, head := range map[string]string{
		"two lengths":         "Content-Length: 3\r\nContent-Length: 4\r\n",
		"bad chunking":        "Transfer-Encoding: chunked, identity\r\n",
		"length is no number": "Content-Length: +3\r\n",
	} {
		status, _ := exchange(t, addr, "POST / HTTP/1.1\r\nHost: a\r\n"+head+"\r\nabc")

		if status != http.StatusBadRequest && status != http.StatusNotImplemented {
			t.Errorf("%s: got %d", name, status)
		}
	}
}

func TestNothingIsSmuggledBehindAChunkedBody(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", addr)
	check(t, err)
	defer func() { _ = conn.Close() }()
	check(t, conn.SetDeadline(time.Now().Add(10*time.Second)))

	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"+
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
	check(t, err)
	all, _ := io.ReadAll(conn) // ends when the server closes, perhaps with a reset

	if n := strings.Count(string(all), "HTTP/1.1 "); n != 1 || !strings.Contains(string(all), "Connection: close") {
		t.Errorf("got %d answers: %q", n, all)
	}
}

func TestTooManyHeadersAreRefused(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))
	many := strings.Repeat("X-A: b\r\n", httpd.MaxHeaders+1)
	large := "X-A: " + strings.Repeat("b", httpd.MaxHeaderSize+1) + "\r\n"
	for _, head := range []string{many, large} {
		status, body := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\n"+head+"\r\n")

		if status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("got %d", status)
		}
		isJSON(t, body)
	}
}

func TestHeaderOfAMegabyteIsCutOff(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))

	status, _ := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\nX-A: "+strings.Repeat("b", 1<<20)+"\r\n\r\n")

	if status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %d", status)
	}
}

func TestTraceAndConnectAreRefused(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))
	for _, line := range []string{"TRACE /", "CONNECT a:443"} {
		status, body := exchange(t, addr, line+" HTTP/1.1\r\nHost: a\r\n\r\n")

		if status != http.StatusMethodNotAllowed {
			t.Errorf("%s: got %d", line, status)
		}
		isJSON(t, body)
	}
}

func TestRefusedMethodComesWithThoseThatAreAllowed(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodTrace, "http://"+addr+"/", nil)
	check(t, err)
	var client http.Client

	answer, err := client.Do(request)
	check(t, err)
	check(t, answer.Body.Close())

	if allow := answer.Header.Get("Allow"); answer.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(allow, "GET, HEAD, POST") {
		t.Errorf("got %d, Allow %q", answer.StatusCode, allow)
	}
}

func TestNobodyButAdminsReachesNumbersAndProfiles(t *testing.T) {
	t.Parallel()
	inside := http.HandlerFunc(fine)
	closed := httpd.Routes{Metrics: inside, Debug: inside}
	guarded := closed
	guarded.Admins = func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		without, _ := exchange(t, serve(t, closed.Handler()), "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		refused, _ := exchange(t, serve(t, guarded.Handler()), "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")

		if without != http.StatusNotFound || refused != http.StatusForbidden {
			t.Errorf("%s: got %d and %d", path, without, refused)
		}
	}
}

func TestMethodOverrideHeadersMeanNothing(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) }))

	_, body := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n\r\n")

	if body != "GET" {
		t.Errorf("the method became %s", body)
	}
}

func TestPanicIsAnAnswerAndTheServerGoesOn(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("secret")
		}
	}))

	status, body := exchange(t, addr, "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n")
	after, _ := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

	if status != http.StatusInternalServerError || strings.Contains(body, "secret") || after != http.StatusOK {
		t.Errorf("got %d %q and then %d", status, body, after)
	}
	isJSON(t, body)
}

func TestRequestUnderWayIsAnsweredAfterStop(t *testing.T) {
	t.Parallel()
	var none net.ListenConfig
	listener, err := none.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := httpd.New(httpd.Config{Listener: listener, Log: slog.New(slog.DiscardHandler), Handler: http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-goOn
			_, _ = io.WriteString(w, "done")
		})})
	ended, got := make(chan error, 1), make(chan string, 1)
	go func() { ended <- s.Run(t.Context()) }()
	go func() {
		_, body := exchange(t, listener.Addr().String(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		got <- body
	}()

	<-begun
	s.Stop()
	close(goOn)

	if body := <-got; body != "done" {
		t.Errorf("got %q", body)
	}
	check(t, <-ended)
}

func TestWebhookOfAPosthornIsRefusedSoThatNothingGoesRoundForEver(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(fine))

	status, body := exchange(t, addr, "POST /api/v1/app/a/msg HTTP/1.1\r\nHost: x\r\nPosthorn-Sent: 1\r\nContent-Length: 2\r\n\r\n{}")

	if status != http.StatusLoopDetected {
		t.Errorf("got %d", status)
	}
	isJSON(t, body)
	if status, _ := exchange(t, addr, "POST /in/abc HTTP/1.1\r\nHost: x\r\nPosthorn-Sent: 9\r\nContent-Length: 2\r\n\r\n{}"); status != http.StatusOK {
		t.Errorf("a source is not asked: got %d", status) // it counts
	}
}

func TestRunWaitsForHandlersWhoseConnectionsAreCutOff(t *testing.T) {
	t.Parallel()
	entered, left := make(chan struct{}), make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httpd.New(httpd.Config{Listener: listener, Log: slog.New(slog.DiscardHandler), Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done() // the connection is gone
		for range 1000 {
			runtime.Gosched() // and this goes on for a while
		}
		close(left)
	})})
	ctx, cut := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if response, err := (&http.Client{}).Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-entered
	cut()

	if err := <-ended; err != nil {
		t.Error(err)
	}
	select {
	case <-left:
	default:
		t.Error("it returned before the handler did")
	}
}

// upload sends a body and closes the connection after it, and returns the answer's status.
func upload(t *testing.T, addr string, body io.Reader) (int, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr, body)
	check(t, err)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

func TestWhoIsRefusedBeforeTheBodyWasReadGetsTheAnswer(t *testing.T) {
	t.Parallel()
	addr := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	large := strings.Repeat("x", 4<<20)
	for range 30 { // the reset and the answer race
		for _, body := range []io.Reader{strings.NewReader(large), io.LimitReader(strings.NewReader(large), 3<<20)} { // with a length, and chunked
			if status, err := upload(t, addr, body); err != nil || status != http.StatusRequestEntityTooLarge {
				t.Fatalf("got %d, %v", status, err)
			}
		}
	}
}

// endless is a body that knows how much of it was taken.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

func TestWhoNeverEndsIsCutOff(t *testing.T) {
	t.Parallel()
	var e endless
	ended := make(chan struct{})
	addr := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", addr)
	check(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\n")
	check(t, err)

	go func() {
		_, _ = io.Copy(conn, &e) // ends when the server closes the connection
		close(ended)
	}()

	<-ended
	if taken := e.taken.Load(); taken < httpd.LingerSize || taken > 2*httpd.LingerSize {
		t.Errorf("%d bytes were taken", taken)
	}
}
