package egress_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/egress"
)

func loopbackClient(t testing.TB) *egress.Client {
	t.Helper()
	return newClient(t, egress.Config{Policy: loopbackPolicy(t)})
}

func TestDoSendsExactlyTheRequest(t *testing.T) {
	t.Parallel()
	type seen struct {
		method, uri, body string
		header            http.Header
		length            int64
	}
	got := make(chan seen, 1)
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- seen{r.Method, r.RequestURI, string(body), r.Header, r.ContentLength}
		w.Header().Set("X-Trace", "abc")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thanks")
	}))
	t.Cleanup(sink.Close)
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Posthorn/1"}}

	r := loopbackClient(t).Do(t.Context(), egress.Request{Target: target(t, sink.URL+"/h%2Fk?a=1&a=2"), Header: header, Body: []byte(`{"a":1}`)})

	if r.Outcome != egress.Answered || r.Status != 202 || string(r.Body) != "thanks" || r.Headers()["X-Trace"] != "abc" || r.Detail != "" || r.Cause != nil {
		t.Errorf("got %+v", r)
	}
	s := <-got
	if s.method != "POST" || s.uri != "/h%2Fk?a=1&a=2" || s.body != `{"a":1}` || s.length != 7 {
		t.Errorf("sent %+v", s)
	}
	if len(s.header) != 4 || s.header.Get("Accept-Encoding") != "identity" || s.header.Get("User-Agent") != "Posthorn/1" {
		t.Errorf("sent headers %v", s.header)
	}
	if len(header) != 2 {
		t.Errorf("the caller's headers became %v", header)
	}
	if r.Timing.Total <= 0 || r.Timing.Wait <= 0 || r.Timing.Connect <= 0 || r.Timing.Wait > r.Timing.Total {
		t.Errorf("got %+v", r.Timing)
	}
}

func TestRedirectsAreShownAndNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, location := range []string{"Location: http://169.254.169.254/\r\n", "Location: /\r\n", ""} {
			w := newWire(t, says(fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Length: 0\r\n\r\n", status, location)))

			r := post(t, loopbackClient(t), w.URL)

			want := strings.TrimSuffix(strings.TrimPrefix(location, "Location: "), "\r\n")
			if r.Outcome != egress.Answered || r.Status != status || r.Headers()["Location"] != want || w.Requests.Load() != 1 {
				t.Errorf("%d %q: got %+v after %d requests", status, location, r, w.Requests.Load())
			}
		}
	}
}

func TestSilenceEndsAtTheDeadlineOfTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Dial: pipe(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()

		r := client.Do(ctx, egress.Request{Target: target(t, "http://127.0.0.1/"), Body: []byte("x")})

		failed(t, r, egress.Timeout)
		if r.Timing.Total != 15*time.Second {
			t.Errorf("took %v", r.Timing.Total)
		}
	})
}

// pipe returns a Dial whose other end is served by serve, in memory, so that time can be fake.
func pipe(t *testing.T, serve func(net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { _ = ours.Close() })
		go func() {
			defer func() { _ = theirs.Close() }()
			serve(theirs)
		}()
		return ours, nil
	}
}

// readRequest reads a request whose body is one write, so that what follows answers it.
func readRequest(c net.Conn) {
	request, err := http.ReadRequest(bufio.NewReader(c))
	if err == nil {
		_, _ = io.Copy(io.Discard, request.Body)
	}
}

func TestCancelledAttemptsAreInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := newWire(t, func(_ net.Conn, next func() bool) {
		next()
		cancel()
		next()
	})

	r := loopbackClient(t).Do(ctx, egress.Request{Target: target(t, w.URL), Body: []byte("x")})

	failed(t, r, egress.Interrupted)
}

// A status that arrived stands, whatever becomes of the body: the receiver has spoken.
func TestSlowBodiesEndAtTheDeadlineAndKeepTheStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Dial: pipe(t, func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			<-t.Context().Done()
		})})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()

		r := client.Do(ctx, egress.Request{Target: target(t, "http://127.0.0.1/"), Body: []byte("x")})

		if r.Outcome != egress.Answered || r.Status != 200 || string(r.Body) != "half" {
			t.Errorf("got %+v", r)
		}
		if r.Timing.Total != 15*time.Second || r.Timing.Wait != 0 {
			t.Errorf("took %+v", r.Timing)
		}
	})
}

func TestEndlessBodiesAreCutWithoutMemory(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{"length": "Content-Length: 10000000000", "chunked": "Transfer-Encoding: chunked"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, func(c net.Conn, next func() bool) {
				next()
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head+"\r\n\r\n")
				chunk := []byte("10000\r\n" + strings.Repeat("a", 0x10000) + "\r\n")
				for {
					if _, err := c.Write(chunk); err != nil {
						return
					}
				}
			})

			r := post(t, loopbackClient(t), w.URL)

			<-w.closed
			if r.Status != 200 || len(r.Body) != 16<<10 || cap(r.Body) > 32<<10 {
				t.Errorf("kept %d of cap %d, %+v", len(r.Body), cap(r.Body), r.Outcome)
			}
		})
	}
}

func TestSmallRestsAreDrainedToKeepTheConnection(t *testing.T) {
	t.Parallel()
	for size, connections := range map[int]int64{16 << 10: 1, 40 << 10: 1, 100 << 10: 2} {
		w := newWire(t, says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("a", size))))
		client := loopbackClient(t)

		r := post(t, client, w.URL)
		post(t, client, w.URL)

		if len(r.Body) != 16<<10 || w.Connections.Load() != connections {
			t.Errorf("%d: kept %d, over %d connections", size, len(r.Body), w.Connections.Load())
		}
	}
}

func TestSlowRestsAreNotDrained(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Dial: pipe(t, func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n"+strings.Repeat("a", 19000))
			<-t.Context().Done()
		})})

		r := post(t, client, "http://127.0.0.1/")

		if r.Status != 200 || r.Timing.Total != 250*time.Millisecond {
			t.Errorf("got %v after %v", r.Status, r.Timing.Total)
		}
	})
}

func TestCompressedBodiesAreKeptAsTheyCame(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 8<<20))
	_ = z.Close()
	w := newWire(t, says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", bomb.Len(), bomb.Bytes())))

	r := post(t, loopbackClient(t), w.URL)

	if want := bomb.Bytes()[:min(bomb.Len(), 16<<10)]; !bytes.Equal(r.Body, want) || r.Headers()["Content-Encoding"] != "gzip" {
		t.Errorf("kept %d bytes of %d, headers %v", len(r.Body), bomb.Len(), r.Header)
	}
}

func TestOversizedHeadersAreTyped(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"many lines":    "X-Y: z\r\n",
		"one long line": strings.Repeat("a", 4096),
		"100 flood":     "HTTP/1.1 100 Continue\r\n\r\n",
		"103 flood":     "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, func(c net.Conn, next func() bool) {
				next()
				if !strings.HasPrefix(line, "HTTP") {
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-A: ")
				}
				for {
					if _, err := io.WriteString(c, line); err != nil {
						return
					}
				}
			})

			failed(t, post(t, loopbackClient(t), w.URL), egress.TooLargeHeaders)
			<-w.closed
		})
	}
}

func TestAFewInformationalAnswersAreSkipped(t *testing.T) {
	t.Parallel()
	w := newWire(t, says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	if r := post(t, loopbackClient(t), w.URL); r.Status != 200 {
		t.Errorf("got %+v", r)
	}
}

func TestAnswersThatAreNotHTTPAreTyped(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"HTTP/2 in a status line of HTTP/1": "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/3 in a status line of HTTP/1": "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"101 switching":                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
		"000":                               "HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n",
		"600":                               "HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
		"999":                               "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
		"four digits":                       "HTTP/1.1 2000 OK\r\n\r\n",
		"negative":                          "HTTP/1.1 -20 OK\r\n\r\n",
		"HTTP/0.9":                          "<html>hello</html>\r\n\r\n",
		"garbage":                           "\x00\x01\x02\xff\r\n\r\n",
		"SSH":                               "SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"204 with length":                   "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
		"204 chunked":                       "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"two lengths":                       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"negative length":                   "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"unknown encoding":                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n",
		"bell in a header":                  "HTTP/1.1 200 OK\r\nX-A: a\x07b\r\n\r\n",
		"NUL in a header":                   "HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n",
		"CR in a header":                    "HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\n\r\n",
		"header with no name":               "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, saysOnceAndWaits(answer))

			r := post(t, loopbackClient(t), w.URL)

			failed(t, r, egress.Protocol)
			<-w.closed // by us: the connection is not used again
		})
	}
}

// saysOnceAndWaits answers one request and then waits for the client to hang up.
func saysOnceAndWaits(text string) func(net.Conn, func() bool) {
	return func(c net.Conn, next func() bool) {
		if next() {
			_, _ = io.WriteString(c, text)
			_, _ = io.Copy(io.Discard, c)
		}
	}
}

func TestNotModifiedAndEmptyAnswersAreAnswers(t *testing.T) {
	t.Parallel()
	for answer, status := range map[string]int{
		"HTTP/1.1 304 Not Modified\r\n\r\n":                                      304,
		"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n":                   204,
		"HTTP/1.1 204 No Content\r\n\r\n":                                        204,
		"HTTP/1.0 200 OK\r\n\r\n":                                                200,
		"HTTP/1.1 410 Gone\r\nConnection: close\r\n\r\n":                         410,
		"HTTP/1.1 429 X\r\nRetry-After: 7\r\nConnection: close\r\n\r\nslow down": 429,
	} {
		w := newWire(t, saysOnce(answer))

		r := post(t, loopbackClient(t), w.URL)

		if r.Outcome != egress.Answered || r.Status != status || (status == 429) != (r.RetryAfter == 7*time.Second) {
			t.Errorf("%q: got %+v", answer, r)
		}
	}
}

func TestHangingUpIsTyped(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"at once": "", "in the headers": "HTTP/1.1 200 OK\r\nX-A: b"} {
		w := newWire(t, saysOnce(answer))

		r := post(t, loopbackClient(t), w.URL)

		if r.Outcome != egress.Disconnected || w.Requests.Load() != 1 {
			t.Errorf("%s: got %+v after %d requests", name, r, w.Requests.Load())
		}
	}
}

// A kept connection that dies under a request makes a failed attempt, never a second request,
// whatever net/http thinks of the method, of a key that says the request may be repeated, or of an empty body.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"POST", "PUT", "GET", "DELETE"} {
		for _, body := range []string{"", "x"} {
			w := newWire(t, func(c net.Conn, next func() bool) {
				next()
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				next() // and hang up
			})
			client := loopbackClient(t)
			request := egress.Request{Method: method, Target: target(t, w.URL), Body: []byte(body), Header: http.Header{"Idempotency-Key": {"k"}}}

			first := client.Do(t.Context(), request)
			second := client.Do(t.Context(), request)

			if first.Status != 200 || second.Outcome != egress.Disconnected || w.Requests.Load() != 2 || w.Connections.Load() != 1 {
				t.Errorf("%s %q: got %v, %v, %d requests over %d connections", method, body, first.Outcome, second, w.Requests.Load(), w.Connections.Load())
			}
		}
	}
}

// TestAStaleConnectionIsToldFromOneThatBrokeUnderAnAnswer has receivers that break connections: a kept one before any
// byte of the second answer, a kept one in the middle of it, and a new one.
func TestAStaleConnectionIsToldFromOneThatBrokeUnderAnAnswer(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	for name, c := range map[string]struct {
		first, second string
		stale         bool
	}{
		"kept, nothing": {ok, "", true}, "kept, half a status line": {ok, "HTTP/1.", false}, "kept, a hint": {ok, "HTTP/1.1 103 Early Hints\r\n\r\n", false},
		"new, nothing": {"", "", false},
	} {
		w := newWire(t, func(conn net.Conn, next func() bool) {
			next()
			if _, _ = io.WriteString(conn, c.first); c.first != "" {
				next()
				_, _ = io.WriteString(conn, c.second)
			}
		})
		client := loopbackClient(t)

		r := post(t, client, w.URL)
		if c.first != "" {
			r = post(t, client, w.URL)
		}

		if r.Outcome == egress.Answered || r.Stale != c.stale {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// TestAFreshRequestUsesNoKeptConnection has kept connections at hand, which stay for the requests after it.
func TestAFreshRequestUsesNoKeptConnection(t *testing.T) {
	t.Parallel()
	w := newWire(t, says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	client := loopbackClient(t)
	fresh := egress.Request{Target: target(t, w.URL), Body: []byte("x"), Fresh: true}

	for i, c := range []struct {
		do          func() egress.Response
		connections int64 // so far
	}{
		{func() egress.Response { return post(t, client, w.URL) }, 1},
		{func() egress.Response { return client.Do(t.Context(), fresh) }, 2},
		{func() egress.Response { return client.Do(t.Context(), fresh) }, 3},
		{func() egress.Response { return post(t, client, w.URL) }, 3},
	} {
		if r := c.do(); r.Status != 200 || w.Connections.Load() != c.connections {
			t.Errorf("request %d: got %+v over %d connections", i, r, w.Connections.Load())
		}
	}
}

// Whatever follows an answer unasked ends the connection.
func TestUnaskedAnswersEndTheConnection(t *testing.T) {
	t.Parallel()
	w := newWire(t, saysOnceAndWaits("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	client := loopbackClient(t)

	first := post(t, client, w.URL)
	<-w.closed
	second := post(t, client, w.URL)

	if first.Status != 500 || second.Status != 500 || w.Connections.Load() != 2 {
		t.Errorf("got %d, then %d over connection %d", first.Status, second.Status, w.Connections.Load())
	}
}

func TestHeadersAreKeptAsBoundedCleanText(t *testing.T) {
	t.Parallel()
	w := newWire(t, says("HTTP/1.1 200 OK\r\nSet-Cookie: session=hunter2\r\nSet-Cookie: b=hunter2\r\nX-Bytes: a\xff\xfeb\r\n"+
		"X-Long: "+strings.Repeat("é", 3000)+"\r\nX-Text: grün\r\nContent-Length: 0\r\n\r\n"))
	client := loopbackClient(t)

	r := post(t, client, w.URL)

	h := r.Headers()
	if h["Set-Cookie"] != "[redacted], [redacted]" || h["X-Text"] != "grün" || len(h["X-Long"]) > 1100 {
		t.Errorf("got %q of %+v", h, r)
	}
	for name, value := range h {
		if !utf8.ValidString(name+value) || strings.ContainsAny(value, "\x00\r\n") {
			t.Errorf("%q: %q", name, value)
		}
	}
}

func TestManyHeadersAreCutTheSameWayEachTime(t *testing.T) {
	t.Parallel()
	var head strings.Builder
	for i := range 500 {
		fmt.Fprintf(&head, "X-%03d: %s\r\n", i, strings.Repeat("a", 50))
	}
	w := newWire(t, says("HTTP/1.1 200 OK\r\n"+head.String()+"Content-Length: 0\r\n\r\n"))
	client := loopbackClient(t)

	first, second := post(t, client, w.URL), post(t, client, w.URL)

	if n := len(first.Header); n == 0 || n > 64 || fmt.Sprint(first.Headers()) != fmt.Sprint(second.Headers()) {
		t.Errorf("kept %d headers", n)
	}
}

// A bad header is refused when it is written; this is for one that was stored all the same.
func TestBadHeadersNeverLeave(t *testing.T) {
	t.Parallel()
	client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Dial: neverDial(t)})
	for name, value := range map[string]string{"X-A": "a\r\nHost: evil", "X B": "a", "X-C": "a\x00"} {
		r := client.Do(t.Context(), egress.Request{Target: target(t, "http://127.0.0.1:8080/"), Header: http.Header{name: {value}}})
		failed(t, r, egress.Unsendable)
	}
	failed(t, client.Do(t.Context(), egress.Request{Method: "BAD METHOD", Target: target(t, "http://127.0.0.1:8080/")}), egress.Unsendable)
}
