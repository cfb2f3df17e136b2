package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryFailureIsJSON(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/v1/nothing", "", 404},
		{"GET", "/api/v2/app", "", 404},
		{"GET", "/api", "", 404},
		{"PATCH", "/api/v1/app", "{}", 405},
		{"POST", "/api/v1/app", "{", 400},
		{"POST", "/api/v1/app", "", 400},
		{"POST", "/api/v1/app", `{"name":"\xff"`, 400},
		{"GET", "/api/v1/app/nobody/endpoint/x", "", 404},
		{"GET", "/api/v1/app/nobody/msg/x/attempt/y", "", 404},
	} {
		got := s.call(c.method, c.path, c.body)

		if got.status != c.status || got.str("code") == "" || got.str("detail") == "" ||
			got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: got %d %s as %s", c.method, c.path, got.status, got.text, got.header.Get("Content-Type"))
		}
	}
}

func TestOtherMediaTypesAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";"} {
		got := s.call("POST", "/api/v1/app", `{"name":"n"}`, "Content-Type", kind)

		if got.status != http.StatusUnsupportedMediaType || got.str("code") == "" {
			t.Errorf("%s: got %d %s", kind, got.status, got.text)
		}
	}
	for _, kind := range []string{"application/json; charset=utf-8", "Application/JSON"} {
		if got := s.call("POST", "/api/v1/app", `{"name":"n"}`, "Content-Type", kind); got.status != 201 {
			t.Errorf("%s: got %d %s", kind, got.status, got.text)
		}
	}
}

func TestAnswersCarryWhatKeepsThemSafe(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	got := s.must(200, "GET", "/api/v1/app", "")
	other := s.must(200, "GET", "/api/v1/app", "")

	if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" ||
		got.header.Get("X-Request-Id") == "" || got.header.Get("X-Request-Id") == other.header.Get("X-Request-Id") ||
		got.header.Get("Server") != "" || strings.Contains(got.text, "$schema") {
		t.Errorf("got %v %s", got.header, got.text)
	}
}

func TestRepeatedRequestGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for path, body := range map[string]string{
		"/api/v1/app":                       `{"name":"n"}`,
		"/api/v1/app/a/endpoint":            `{"url":"https://example.com/"}`,
		"/api/v1/event-type":                `{"name":"x","description":"d"}`,
		"/api/v1/auth/app-portal-access/a/": `{}`,
	} {
		first := s.call("POST", path, body, "Idempotency-Key", "k")
		again := s.call("POST", path, body, "Idempotency-Key", "k")

		if first.status > 299 || again.status != first.status || again.text != first.text ||
			again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("%s: got %d %s and then %d %s", path, first.status, first.text, again.status, again.text)
		}
	}
}

func TestFailureIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const path, body = "/api/v1/app/a/endpoint", `{"url":"https://example.com/"}`

	before := s.call("POST", path, body, "Idempotency-Key", "k")
	s.application("a")
	after := s.call("POST", path, body, "Idempotency-Key", "k")

	if before.status != 404 || after.status != 201 {
		t.Errorf("got %d and then %d %s", before.status, after.status, after.text)
	}
}

func TestRememberedTokenIsSealed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	token := s.must(200, "POST", "/api/v1/auth/app-portal-access/a", `{}`, "Idempotency-Key", "k").str("token")

	if token == "" || strings.Contains(s.log.String(), token) {
		t.Errorf("the log has %q", s.log)
	}
}

func TestHealthNeedsNoToken(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	got := s.callAs("", "GET", "/api/v1/health/", "")
	head := s.callAs("", "HEAD", "/api/v1/health", "")
	ping := s.callAs("", "GET", "/api/v1/health/ping", "")

	if got.status != 200 || got.str("status") != "ok" || got.str("durability") == "" {
		t.Errorf("got %d %s", got.status, got.text)
	}
	if head.status != 200 || ping.status != 204 || ping.text != "" {
		t.Errorf("got %d and %d %q", head.status, ping.status, ping.text)
	}
}

func TestPortalAccessBringsItsApplicationAlong(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	got := s.must(200, "POST", "/api/v1/auth/app-portal-access/fresh", `{"application":{"name":"New"},"featureFlags":[],"expiry":60}`)
	seen := s.callAs(got.str("token"), "GET", "/api/v1/app/fresh", "")
	refused := s.call("POST", "/api/v1/auth/app-portal-access/fresh", `{"readOnly":true}`)

	if seen.str("name") != "New" || !strings.Contains(got.str("url"), "#key="+got.str("token")) {
		t.Errorf("got %s and %s", got.text, seen.text)
	}
	if refused.status != 422 {
		t.Errorf("what is not there yet: got %d %s", refused.status, refused.text)
	}
}
