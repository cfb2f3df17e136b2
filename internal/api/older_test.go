package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestOlderPathsOfAttemptsAnswerLikeTheNewer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	endpoint := s.endpoint("a", "e")
	msg := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{}}`).str("id")

	for older, newer := range map[string]string{
		"/api/v1/app/a/msg/" + msg + "/attempt?limit=5":                           "/api/v1/app/a/attempt/msg/" + msg + "?limit=5",
		"/api/v1/app/a/msg/" + msg + "/endpoint/e/attempt":                        "/api/v1/app/a/attempt/msg/" + msg + "?endpoint_id=e",
		"/api/v1/app/a/msg/" + msg + "/endpoint/" + endpoint + "/attempt?limit=3": "/api/v1/app/a/attempt/msg/" + msg + "?limit=3&endpoint_id=" + endpoint,
		"/api/v1/app/a/msg/" + msg + "/endpoint/other/attempt":                    "/api/v1/app/a/attempt/msg/" + msg + "?endpoint_id=other",
		"/api/v1/app/a/msg/other/attempt":                                         "/api/v1/app/a/attempt/msg/other",
	} {
		got, want := s.call("GET", older, ""), s.call("GET", newer, "")

		if got.status != want.status || got.text != want.text {
			t.Errorf("%s: got %d %s, want %d %s", older, got.status, got.text, want.status, want.text)
		}
	}
}

func TestDashboardAccessMakesAPortalToken(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	got := s.must(http.StatusOK, "POST", "/api/v1/auth/dashboard-access/a", "")

	if !strings.HasSuffix(got.str("url"), "#key="+got.str("token")) || len(got.body) != 2 {
		t.Errorf("got %s", got.text)
	}
	if seen := s.callAs(got.str("token"), "GET", "/api/v1/app/a", ""); seen.status != http.StatusOK {
		t.Errorf("the token reads the application with %d", seen.status)
	}
	if missing := s.call("POST", "/api/v1/auth/dashboard-access/other", ""); missing.status != http.StatusNotFound {
		t.Errorf("a missing application: %d", missing.status)
	}
	if portal := s.callAs(s.token(hook.ScopePortal, "a"), "POST", "/api/v1/auth/dashboard-access/a", ""); portal.status != http.StatusForbidden {
		t.Errorf("a portal token makes another: %d", portal.status)
	}
}

func TestSourceOfTheGenericTypeHasNoConfigAndEveryOtherHas(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for body, want := range map[string]bool{
		`{"name":"a","type":"generic-webhook"}`:                                   false,
		`{"name":"b","type":"generic-webhook","config":{}}`:                       false,
		`{"name":"c","provider":"gitlab","secrets":["abc"]}`:                      false, // libraries have no name for it
		`{"name":"d","type":"github","config":{"secret":"abc"}}`:                  true,
		`{"name":"e","type":"meta","config":{"secret":"a","verifyToken":"word"}}`: true,
	} {
		made := s.must(http.StatusCreated, "POST", sourcesAt, body)
		read := s.must(http.StatusOK, "GET", sourcesAt+"/"+made.str("id"), "")

		for _, got := range []answer{made, read} {
			if _, there := got.body["config"]; there != want {
				t.Errorf("%s: got %s", body, got.text)
			}
		}
	}
	for agent, all := range map[string]bool{"": false, "svix-libs/2.9.1/rust": false, "svix-libs/1.98.0/kotlin": true, "svix-libs/1.98.0/kotlin kotlin/2.1.10": true} {
		for _, source := range s.must(http.StatusOK, "GET", sourcesAt, "", "User-Agent", agent).data() {
			if _, there := source["config"]; there != (all || source["type"] != "generic-webhook") {
				t.Errorf("%q is shown %v", agent, source)
			}
		}
	}
}
