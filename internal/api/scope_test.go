package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestEveryRouteLetsInExactlyTheScopesThatReachIt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("own")
	tokens := map[hook.Scope]string{
		hook.ScopeServer: adminToken, hook.ScopeApplication: s.token(hook.ScopeApplication, app), hook.ScopePortal: s.token(hook.ScopePortal, app),
	}
	rank := map[hook.Scope]int{"": 0, hook.ScopePortal: 1, hook.ScopeApplication: 2, hook.ScopeServer: 3}
	for _, route := range s.api.Routes() {
		if strings.HasSuffix(route.Path, "/logout") {
			continue // ends the token; it has a test of its own
		}
		path := fill(route.Path, app)
		for scope, token := range tokens {
			if scope == hook.ScopeServer && path == "/api/v1/app/"+app && route.Method == http.MethodDelete {
				continue // the other tokens need the application
			}
			got := s.callAs(token, route.Method, path, `{}`)

			if refused := got.status == http.StatusForbidden; refused != (rank[scope] < rank[route.Scope]) {
				t.Errorf("%s %s as %s: got %d %s", route.Method, route.Path, scope, got.status, got.text)
			}
		}
		if got := s.callAs("", route.Method, path, `{}`); (got.status == http.StatusUnauthorized) != (route.Scope != "") {
			t.Errorf("%s %s without a token: got %d", route.Method, route.Path, got.status)
		}
	}
}

func TestTokenOfOneApplicationReachesNoOther(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	own, other := s.application("own"), s.application("other")
	for _, scope := range []hook.Scope{hook.ScopeApplication, hook.ScopePortal} {
		token := s.token(scope, own)
		for _, route := range s.api.Routes() {
			if !strings.Contains(route.Path, "{app_id}") {
				continue
			}
			for _, target := range []string{other, "other", "nobody"} {
				got := s.callAs(token, route.Method, fill(route.Path, target), body(route.Path))

				if got.status != http.StatusNotFound {
					t.Errorf("%s %s of %s as %s: got %d %s", route.Method, route.Path, target, scope, got.status, got.text)
				}
			}
		}
	}
}

func TestUnknownTokenOpensNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, token := range []string{"x", adminToken + "x", " "} {
		got := s.callAs(token, "GET", "/api/v1/app", "")

		if got.status != http.StatusUnauthorized || got.str("code") == "" || strings.Contains(got.text, token) && token != " " && token != "x" {
			t.Errorf("%q: got %d %s", token, got.status, got.text)
		}
	}
}

func TestLoggedOutTokenOpensNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")
	token := s.must(http.StatusOK, "POST", "/api/v1/auth/app-portal-access/a", `{}`).str("token")

	out := s.callAs(token, "POST", "/api/v1/auth/logout", "")
	got := s.callAs(token, "GET", "/api/v1/app/"+app, "")

	if out.status != http.StatusNoContent || got.status != http.StatusUnauthorized {
		t.Errorf("got %d %s and then %d", out.status, out.text, got.status)
	}
}

// fill puts names into a path.
func fill(path, app string) string {
	path = strings.ReplaceAll(path, "{app_id}", app)
	for strings.Contains(path, "{") {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + "some" + after
	}
	return path
}

// body is one that each operation takes, so that it gets as far as looking up its application.
func body(path string) string {
	switch {
	case strings.HasSuffix(path, "/msg"):
		return `{"eventType":"x","payload":{}}`
	case strings.HasSuffix(path, "/headers"):
		return `{"headers":{}}`
	case strings.HasSuffix(path, "/recover"):
		return `{"since":"2020-01-01T00:00:00Z"}`
	case strings.HasSuffix(path, "/send-example"):
		return `{"eventType":"x"}`
	case strings.HasSuffix(path, "/endpoint"), strings.HasSuffix(path, "/endpoint/{endpoint_id}"):
		return `{"url":"https://example.com"}`
	case strings.HasSuffix(path, "{app_id}") && !strings.Contains(path, "/auth/"):
		return `{"name":"n"}`
	}
	return `{}`
}
