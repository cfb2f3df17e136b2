package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// A token of one application filled the catalogue of all: other tenants' new event types were refused, and verified
// webhooks ended failed.
func TestEventTypesOfOneTenantAreNoneOfTheOthers(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, memoryLimit)
	pid := s.PID()
	loud, quiet := newApplication(t, s), newApplication(t, s)
	tokens := map[string]string{loud: applicationToken(t, s, loud), quiet: applicationToken(t, s, quiet)}
	message := func(app, kind string) harness.Reply {
		return as(t, s, tokens[app], http.MethodPost, app+"/msg", object{"eventType": kind, "payload": object{}})
	}

	const junk = 1_100 // event types: more than an application may make
	var wait sync.WaitGroup
	for worker := range 20 {
		wait.Go(func() {
			for i := worker; i < junk; i += 20 {
				wanted(t, "junk", message(loud, fmt.Sprintf("junk.%04d", i)), http.StatusAccepted)
			}
		})
	}
	wait.Wait()

	wanted(t, "one more", message(loud, "junk.more"), http.StatusAccepted)
	wanted(t, "of the other tenant", message(quiet, "quiet.new"), http.StatusAccepted)
	if n := strings.Count(listedTypes(t, s, tokens[loud]), "junk."); n < 1_000 || n > 1_000+20 { // some were stored at once
		t.Errorf("%d of the loud one are listed", n)
	}
	harness.Equal(t, "listed for the quiet one", listedTypes(t, s, tokens[quiet]), "quiet.new ")
	failure(t, "foreign", as(t, s, tokens[quiet], http.MethodGet, "/api/v1/event-type/junk.0001", nil), http.StatusNotFound)
	failure(t, "foreign", as(t, s, tokens[loud], http.MethodGet, "/api/v1/event-type/quiet.new", nil), http.StatusNotFound)
	do(t, s, http.MethodPost, "/api/v1/event-type", object{"name": "quiet.new", "description": "d"}, http.StatusCreated)
	wanted(t, "defined", as(t, s, tokens[loud], http.MethodGet, "/api/v1/event-type/quiet.new", nil), http.StatusOK)

	survived(t, s, pid)
	staysSmall(t, pid)
}

// listedTypes returns the names of all event types that the token sees, each with a space behind it.
func listedTypes(t *testing.T, s *harness.Server, token string) string {
	t.Helper()
	var names strings.Builder
	for iterator, done := "", false; !done; {
		var page struct {
			Data     []struct{ Name string }
			Iterator string
			Done     bool
		}
		wanted(t, "list", as(t, s, token, http.MethodGet, "/api/v1/event-type?limit=250&iterator="+iterator, nil), http.StatusOK).JSON(t, &page)
		for _, one := range page.Data {
			names.WriteString(one.Name + " ")
		}
		iterator, done = page.Iterator, page.Done
	}
	return names.String()
}

// applicationToken makes a token of one application.
func applicationToken(t *testing.T, s *harness.Server, app string) string {
	t.Helper()
	made := command(t, s, "create", "--name", "tenant", "--scope", "application", "--application", strings.TrimPrefix(app, "/api/v1/app/"))
	token, _, _ := strings.Cut(made.Stdout, "\n")
	return token
}

// A 409 told a tenant which uids the sources of others have.
func TestUIDsOfOneTenantTellNothingToTheOthers(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, memoryLimit)
	pid := s.PID()
	one, other := newApplication(t, s), newApplication(t, s)
	mine, theirs := applicationToken(t, s, one), applicationToken(t, s, other)
	source := object{"name": "a", "provider": "none"}
	named := func(uid string) object { return object{"name": "a", "provider": "none", "uid": uid} }
	wanted(t, "theirs", as(t, s, theirs, http.MethodPut, sourcesAt+"/taken", source), http.StatusCreated)
	do(t, s, http.MethodPut, sourcesAt+"/operators", source, http.StatusCreated)

	for _, uid := range []string{"free", "taken", "operators"} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			failure(t, method+" "+uid, as(t, s, mine, method, sourcesAt+"/"+uid, nil), http.StatusNotFound)
		}
		failure(t, "PATCH "+uid, as(t, s, mine, http.MethodPatch, sourcesAt+"/"+uid, object{"name": "b"}), http.StatusNotFound)
		wanted(t, "PUT "+uid, as(t, s, mine, http.MethodPut, sourcesAt+"/"+uid, source), http.StatusCreated)
		failure(t, "POST "+uid, as(t, s, mine, http.MethodPost, sourcesAt, named(uid)), http.StatusConflict)
		wanted(t, "DELETE "+uid, as(t, s, mine, http.MethodDelete, sourcesAt+"/"+uid, nil), http.StatusNoContent)
		wanted(t, "POST "+uid, as(t, s, mine, http.MethodPost, sourcesAt, named(uid)), http.StatusCreated)
	}

	failure(t, "whose?", s.Do(t, http.MethodGet, sourcesAt+"/taken", nil), http.StatusConflict)
	do(t, s, http.MethodPut, sourcesAt+"/operators", source, http.StatusOK)
	survived(t, s, pid)
	staysSmall(t, pid)
}
