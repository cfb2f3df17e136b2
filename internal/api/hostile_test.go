package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// The tests of this file are named after the rows of section Q of the list of hostile inputs.

func TestQ1BodyOverTheLimitIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	body := &counted{Reader: strings.NewReader(strings.Repeat(" ", 65<<10))}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/app/a/msg", body)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.ContentLength = 65 << 10

	got := s.send(r)

	if got.status != http.StatusRequestEntityTooLarge || got.str("code") == "" || body.read != 0 {
		t.Errorf("got %d %s after %d bytes", got.status, got.text, body.read)
	}
}

func TestQ2ChunkedBodyOverTheLimitIsRefusedRightBehindIt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"/api/v1/app/a/msg", "/api/v1/app", "/api/v1/event-type"} {
		for _, key := range []string{"", "k"} {
			body := &counted{Reader: strings.NewReader(strings.Repeat(" ", 1<<20))}
			r := httptest.NewRequestWithContext(t.Context(), "POST", path, body)
			r.Header.Set("Authorization", "Bearer "+adminToken)
			r.Header.Set("Idempotency-Key", key)
			r.ContentLength = -1

			got := s.send(r)

			if got.status != http.StatusRequestEntityTooLarge || got.str("code") == "" || body.read > 64<<10+2 {
				t.Errorf("%s: got %d %s after %d bytes", path, got.status, got.text, body.read)
			}
		}
	}
}

func TestQ2BodyOfExactlyTheLimitIsTaken(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const head, tail = `{"eventType":"x","payload":{"a":"`, `"}}`
	fill := strings.Repeat("b", 64<<10-len(head)-len(tail))

	s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", head+fill+tail)
	got := s.call("POST", "/api/v1/app/a/msg", head+fill+"c"+tail)

	if got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a byte more: got %d", got.status)
	}
}

// packed returns a text as gzip makes it.
func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	check(t, err)
	check(t, z.Close())
	return b.String()
}

func TestQ3DecompressedBodiesAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	bomb := packed(t, `{"name":"`+strings.Repeat("x", 20<<20)+`"}`)
	for _, path := range []string{"/api/v1/app/a/msg", "/api/v1/app"} {
		for _, c := range []struct {
			body, coding string
			status       int
		}{
			{bomb, "gzip", http.StatusRequestEntityTooLarge}, {"\x1f\x8b", "gzip", http.StatusBadRequest}, {"{}", "gzip", http.StatusBadRequest},
			{"x", "br", http.StatusUnsupportedMediaType}, {packed(t, packed(t, "{}")), "gzip, gzip", http.StatusUnsupportedMediaType},
		} {
			got := s.call("POST", path, c.body, "Content-Encoding", c.coding)

			if got.status != c.status || got.str("code") == "" {
				t.Errorf("%s, %s: got %d %s", path, c.coding, got.status, got.text)
			}
			if accepts := got.header.Get("Accept-Encoding"); (accepts == "gzip, identity") != (c.status == http.StatusUnsupportedMediaType) {
				t.Errorf("%s, %s: accepts %q", path, c.coding, accepts)
			}
		}
	}
}

func TestMalformedCompressionIsAnsweredWithItsOwnCode(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for path, body := range map[string]string{"/api/v1/app": `{"name":"a"}`, "/api/v1/app/a/msg": `{"eventType":"x","payload":{}}`} {
		for name, sent := range map[string]string{"plain": body, "short": "{}", "junk behind": packed(t, body) + "junk", "cut off": packed(t, body)[:20]} {
			got := s.call("POST", path, sent, "Content-Encoding", "gzip")

			if got.status != http.StatusBadRequest || got.str("code") != "malformed_compression" {
				t.Errorf("%s, %s: got %d %s", path, name, got.status, got.text)
			}
		}
	}
}

func TestCompressedBodyCountsAsWhatItDecompressesTo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", "/api/v1/app", packed(t, `{"name":"a","uid":"a"}`), "Content-Encoding", "gzip", "Idempotency-Key", "1")
	const message = `{"eventType":"x","payload":{"a":1}}`

	s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", packed(t, message), "Content-Encoding", "gzip", "Idempotency-Key", "2")
	again := s.call("POST", "/api/v1/app/a/msg", message, "Idempotency-Key", "2")

	if again.status != http.StatusAccepted || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d %v %s", again.status, again.header, again.text)
	}
}

func TestQ4DeepNestingIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		depth  int
		status int
	}{{510, http.StatusAccepted}, {511, http.StatusBadRequest}, {30_000, http.StatusBadRequest}} {
		got := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"a":`+deep(c.depth)+`}}`)

		if got.status != c.status {
			t.Errorf("%d deep: got %d %s", c.depth, got.status, got.text)
		}
	}
	for _, body := range []string{deep(30_000), strings.Repeat("[", 60_000), `{"name":"n","metadata":` + deep(30_000) + `}`} {
		if got := s.call("POST", "/api/v1/app", body); got.status != http.StatusBadRequest {
			t.Errorf("an application: got %d %s", got.status, got.text)
		}
	}
}

func TestQ6OddTextIsKeptOrRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for payload, status := range map[string]int{
		`{"a":"\ud800"}`:                  http.StatusAccepted,
		`{"a":"\u0000"}`:                  http.StatusAccepted,
		`{"\ud800\udc00":"` + "\u2028\"}": http.StatusAccepted,
		"{\"a\":\"\xff\"}":                http.StatusBadRequest,
		"{\"a\":\"\x00\"}":                http.StatusBadRequest,
		"\xef\xbb\xbf{}":                  http.StatusBadRequest,
	} {
		got := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":`+payload+`}`)

		if got.status != status || status == http.StatusAccepted && !strings.Contains(got.text, payload) {
			t.Errorf("%q: got %d %s", payload, got.status, got.text)
		}
	}
}

func TestQ8NamesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, name := range []string{`a\r`, `a\nb`, `a/b`, `..`, `.`, strings.Repeat("a", 10<<10), `😀`, `a b`, ``, `\u0000`} {
		for path, body := range map[string]string{
			"/api/v1/app":            `{"name":"n","uid":"%s"}`,
			"/api/v1/app/a/endpoint": `{"url":"https://example.com","uid":"%s"}`,
			"/api/v1/event-type":     `{"description":"","name":"%s"}`,
			"/api/v1/app/a/msg":      `{"payload":{},"eventType":"%s"}`,
		} {
			got := s.call("POST", path, fmt.Sprintf(body, name))

			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"loc":["body",`) {
				t.Errorf("%s with %.20q: got %d %s", path, name, got.status, got.text)
			}
		}
	}
	for _, path := range []string{"/api/v1/app/a%2Fb", "/api/v1/app/%F0%9F%98%80", "/api/v1/app/a%0D%0A/msg"} {
		if got := s.call("GET", path, ""); got.status != http.StatusUnprocessableEntity && got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, got.status)
		}
	}
}

func TestQ14SameKeyWithAnotherBodyIsAConflict(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	s.must(http.StatusCreated, "POST", "/api/v1/app", `{"name":"n"}`, "Idempotency-Key", "k")
	got := s.call("POST", "/api/v1/app", `{"name":"m"}`, "Idempotency-Key", "k")

	if got.status != http.StatusConflict || got.str("code") != "idempotency_mismatch" {
		t.Errorf("got %d %s", got.status, got.text)
	}
}

func TestQ15SameKeyFromManyConnectionsIsOneMessage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	seen := make([]string, 50)
	var all sync.WaitGroup
	for i := range seen {
		all.Go(func() {
			seen[i] = s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{}}`, "Idempotency-Key", "k").str("id")
		})
	}
	all.Wait()

	for _, one := range seen {
		if one == "" || one != seen[0] {
			t.Fatalf("got %v", seen)
		}
	}
}

func TestQ16KeysOfTenantsAreIndependent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	got := map[string]bool{}
	for _, uid := range []string{"a", "b"} {
		token := s.token("application", s.application(uid))

		m := s.callAs(token, "POST", "/api/v1/app/"+uid+"/msg", `{"eventType":"x","payload":{}}`, "Idempotency-Key", "k")
		e := s.callAs(token, "POST", "/api/v1/app/"+uid+"/endpoint", `{"url":"https://example.com"}`, "Idempotency-Key", "k")

		got[m.str("id")], got[e.str("id")] = true, true
	}
	if len(got) != 4 || got[""] {
		t.Errorf("got %v", got)
	}
}

func TestQ18LimitsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")
	for _, limit := range []string{"0", "-1", "251", "1000000000", "1e9", "NaN", "99999999999999999999", "x"} {
		for _, path := range []string{"/api/v1/app", "/api/v1/app/" + app + "/msg", "/api/v1/event-type"} {
			got := s.call("GET", path+"?limit="+limit, "")

			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"loc":["query","limit"]`) {
				t.Errorf("%s with %s: got %d %s", path, limit, got.status, got.text)
			}
		}
	}
}

func TestQ22OtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, method := range []string{"TRACE", "OPTIONS", "DELETE", "HEAD"} {
		got := s.call(method, "/api/v1/app", "")

		if got.status != http.StatusMethodNotAllowed || got.str("code") == "" {
			t.Errorf("%s: got %d %s", method, got.status, got.text)
		}
	}
	got := s.call("GET", "/api/v1/app", "", "X-HTTP-Method-Override", "POST")
	if got.status != http.StatusOK {
		t.Errorf("an override: got %d", got.status)
	}
}

func TestQ23ForgedHostIsInNoLink(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")
	r := httptest.NewRequestWithContext(t.Context(), "POST", "http://evil.example/api/v1/auth/app-portal-access/"+app, strings.NewReader(`{}`))
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("X-Forwarded-Host", "evil.example")

	got := s.send(r)

	if link := got.str("url"); !strings.HasPrefix(link, "https://hooks.example.com/portal#key=") || strings.Contains(got.text, "evil") {
		t.Errorf("got %s", got.text)
	}
}

func TestQ24HugeFiltersAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, filter := range []string{
		"event_types=" + strings.Repeat("a,", 2000) + "a", strings.Repeat("event_types=a&", 2000), "event_types=.*(", "channel=a%25",
	} {
		got := s.call("GET", "/api/v1/app/a/msg?"+filter, "")

		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%.40s: got %d %s", filter, got.status, got.text)
		}
	}
}

type counted struct {
	io.Reader
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}
