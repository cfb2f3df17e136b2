package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// tenants are two applications, each with a source and a token.
type tenants struct {
	*server
	own, other string // tokens
	app        string // id of the first application
}

func newTenants(t *testing.T) tenants {
	t.Helper()
	s := newServer(t)
	own, other := s.application("own"), s.application("other")
	n := tenants{s, s.token(hook.ScopeApplication, own), s.token(hook.ScopeApplication, other), own}
	n.as(n.own, http.StatusCreated, "POST", sourcesAt, `{"name":"o","uid":"own-source","provider":"none"}`)
	n.as(n.other, http.StatusCreated, "POST", sourcesAt, `{"name":"x","uid":"other-source","provider":"github","secrets":["s"]}`)
	return n
}

// as is must for the bearer of a token.
func (n tenants) as(token string, status int, method, path, body string) answer {
	n.t.Helper()
	got := n.callAs(token, method, path, body)
	if got.status != status {
		n.t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.text, status)
	}
	return got
}

// operations are all that name a source, with a body that gets them as far as that.
func (n tenants) operations(source string) [][3]string {
	var all [][3]string
	for _, route := range n.api.Routes() {
		if !strings.HasPrefix(route.Path, sourcesAt+"/{source_id}") || route.Scope != hook.ScopeApplication {
			continue
		}
		path := strings.ReplaceAll(route.Path, "{source_id}", source)
		path = strings.ReplaceAll(path, "{received_id}", id.Received.Text(id.ID{1, 2, 1}))
		body := body(route.Path)
		switch {
		case strings.HasSuffix(path, "/secret/rotate") && !strings.Contains(path, "/endpoint"):
			body = `{"secret":"taken over"}`
		case route.Path == sourcesAt+"/{source_id}" && route.Method == http.MethodPut:
			body = `{"name":"taken over","provider":"none"}`
		case route.Path == sourcesAt+"/{source_id}" && route.Method == http.MethodPatch:
			body = `{"name":"taken over"}`
		case route.Method == http.MethodGet || route.Method == http.MethodDelete:
			body = ""
		}
		all = append(all, [3]string{route.Method, fill(path, ""), body})
	}
	return all
}

func TestTokenOfAnApplicationManagesItsOwnSources(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	at := sourcesAt + "/mine"

	made := n.as(n.own, http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"mine","provider":"github","secrets":["s"]}`)
	n.as(n.own, http.StatusCreated, "PUT", sourcesAt+"/second", `{"name":"b","provider":"none","application":"own"}`)
	read := n.as(n.own, http.StatusOK, "GET", at, "")
	n.as(n.own, http.StatusOK, "PUT", at, `{"name":"c","uid":"mine","provider":"github"}`)
	n.as(n.own, http.StatusOK, "PATCH", at, `{"name":"d"}`)
	turned := n.as(n.own, http.StatusOK, "POST", at+"/token/rotate", "")
	n.as(n.own, http.StatusNoContent, "POST", at+"/secret/rotate", `{"secret":"next"}`)
	n.as(n.own, http.StatusCreated, "POST", at+"/endpoint", `{"url":"https://example.com/hook"}`)
	received := n.arrive("mine", 1, "one")
	check(t, n.store.Conclude(t.Context(), store.Conclusion{Key: received.Key, Begun: received.ChangedAt, Status: hook.IntakeFailed}))
	one := at + "/received/" + id.Received.Text(received.ID)
	listed := n.as(n.own, http.StatusOK, "GET", at+"/received", "")
	n.as(n.own, http.StatusOK, "GET", one, "")
	n.as(n.own, http.StatusOK, "GET", one+"/raw", "")
	n.as(n.own, http.StatusNoContent, "POST", one+"/reprocess", "")
	n.as(n.own, http.StatusOK, "GET", at+"/refused", "")
	n.as(n.own, http.StatusOK, "GET", at+"/log", "")
	n.as(n.own, http.StatusOK, "GET", at+"/stats", "")
	n.as(n.own, http.StatusNoContent, "DELETE", at, "")

	if made.str("application") != n.app || made.str("ingestUrl") == "" || read.text != made.text || turned.str("ingestUrl") == made.str("ingestUrl") {
		t.Errorf("got %s, %s and %s", made.text, read.text, turned.text)
	}
	if len(listed.data()) != 1 {
		t.Errorf("got %s", listed.text)
	}
	n.as(n.own, http.StatusOK, "GET", "/api/v1/app/own", "")
}

func TestTokenOfAnApplicationListsItsOwnSourcesOnly(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	for query, want := range map[string]int{"": 1, "?application=own": 1, "?application=" + n.app: 1, "?application=other": 0, "?application=nobody": 0} {
		got := n.callAs(n.own, "GET", sourcesAt+query, "")

		if want == 0 && got.status != http.StatusNotFound || len(got.data()) != want || strings.Contains(got.text, "other-source") {
			t.Errorf("%q: got %d %s", query, got.status, got.text)
		}
	}
	if all := n.must(http.StatusOK, "GET", sourcesAt, ""); len(all.data()) != 2 {
		t.Errorf("the server's token gets %s", all.text)
	}
}

func TestNoSourceIsMadeForAnotherApplication(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	for _, other := range []string{"other", "nobody"} {
		body := fmt.Sprintf(`{"name":"a","uid":"new","provider":"none","application":%q}`, other)

		n.as(n.own, http.StatusNotFound, "POST", sourcesAt, body)
		n.as(n.own, http.StatusNotFound, "PUT", sourcesAt+"/new", body)
		n.as(n.own, http.StatusNotFound, "PUT", sourcesAt+"/own-source", body)
	}
	n.must(http.StatusNotFound, "GET", sourcesAt+"/new", "")
}

func TestSourceOfAnotherApplicationIsNotThere(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	n.arrive("other-source", 1, "secret of the other")
	before := n.must(http.StatusOK, "GET", sourcesAt+"/other-source", "")
	for _, ref := range []string{before.str("id"), "other-source"} {
		for _, o := range n.operations(ref) {
			if o[0] == "PUT" && o[1] == sourcesAt+"/other-source" {
				continue // to a uid, which is free
			}
			got := n.callAs(n.own, o[0], o[1], o[2])

			if got.status != http.StatusNotFound || got.str("code") != "not_found" {
				t.Errorf("%s %s: got %d %s", o[0], o[1], got.status, got.text)
			}
		}
	}

	after := n.must(http.StatusOK, "GET", sourcesAt+"/other-source", "")
	if len(n.operations("x")) < 20 || after.text != before.text {
		t.Errorf("%d operations made of %s\n%s", len(n.operations("x")), before.text, after.text)
	}
}

func TestUIDOfAnotherApplicationsSourceIsAsFreeAsAny(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	foreign := n.must(http.StatusOK, "GET", sourcesAt+"/other-source", "")
	put := func(uid string) answer {
		made := n.as(n.own, http.StatusCreated, "PUT", sourcesAt+"/"+uid, `{"name":"a","provider":"none"}`)
		n.as(n.own, http.StatusOK, "PUT", sourcesAt+"/"+uid, `{"name":"b","provider":"none"}`)
		n.as(n.own, http.StatusConflict, "POST", sourcesAt, `{"name":"a","uid":"`+uid+`","provider":"none"}`)
		n.as(n.own, http.StatusNoContent, "DELETE", sourcesAt+"/"+uid, "")
		n.as(n.own, http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"`+uid+`","provider":"none"}`)
		n.as(n.own, http.StatusConflict, "PATCH", sourcesAt+"/own-source", `{"uid":"`+uid+`"}`)
		return made
	}

	taken, free := put("other-source"), put("free-source")

	if !slices.Equal(slices.Sorted(maps.Keys(taken.body)), slices.Sorted(maps.Keys(free.body))) {
		t.Errorf("got %s and %s", taken.text, free.text)
	}
	if after := n.must(http.StatusOK, "GET", sourcesAt+"/"+foreign.str("id"), ""); after.text != foreign.text {
		t.Errorf("%s became %s", foreign.text, after.text)
	}
	n.must(http.StatusConflict, "GET", sourcesAt+"/other-source", "") // of which application?
	n.must(http.StatusNoContent, "DELETE", sourcesAt+"/"+foreign.str("id"), "")
	n.must(http.StatusOK, "GET", sourcesAt+"/other-source", "")
}

func TestTenantCannotStandInForTheOperatorsSource(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	n.as(n.own, http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"hub","provider":"none"}`)

	made := n.must(http.StatusCreated, "PUT", sourcesAt+"/hub", `{"name":"operator's","provider":"none"}`)
	again := n.must(http.StatusOK, "PUT", sourcesAt+"/hub", `{"name":"operator's","provider":"none"}`)
	read := n.must(http.StatusOK, "GET", sourcesAt+"/hub", "")
	n.must(http.StatusConflict, "POST", sourcesAt, `{"name":"second","uid":"hub","provider":"none"}`)
	tenants := n.must(http.StatusOK, "PUT", sourcesAt+"/hub", `{"name":"b","provider":"none","application":"own"}`)
	n.must(http.StatusCreated, "PUT", sourcesAt+"/hub", `{"name":"c","provider":"none","application":"other"}`)

	if again.str("id") != made.str("id") || read.str("id") != made.str("id") || tenants.str("application") != n.app {
		t.Errorf("got %s, %s, %s and %s", made.text, again.text, read.text, tenants.text)
	}
}

func TestApplicationIsNotDeletedByWayOfItsSource(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	application := made.str("application")

	got := s.callAs(s.token(hook.ScopeApplication, application), "DELETE", sourcesAt+"/a", "")

	if got.status != http.StatusForbidden {
		t.Errorf("got %d %s", got.status, got.text)
	}
	s.must(http.StatusOK, "GET", "/api/v1/app/"+application, "")
	s.must(http.StatusOK, "GET", sourcesAt+"/a", "")
}

func TestPortalKnowsNoSources(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	portal := n.token(hook.ScopePortal, n.app)
	for _, o := range append(n.operations("own-source"), [3]string{"GET", sourcesAt, ""}, [3]string{"POST", sourcesAt, `{"name":"a","provider":"none"}`}) {
		n.as(portal, http.StatusForbidden, o[0], o[1], o[2])
	}
}
