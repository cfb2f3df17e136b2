package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestWrongInputIsAnsweredWithASentenceThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	for _, c := range []struct{ method, path, body, loc, want string }{
		{"POST", "/app", `{}`, "body.name", "Give this field: it is required."},
		{"POST", "/app", `{"name":1}`, "body.name", "Send a string."},
		{"POST", "/app", `{"name":"n","nme":1}`, "body.nme", "Leave this field out: there is no such field."},
		{"POST", "/app", `{"name":"n","uid":"a b"}`, "body.uid", "Use only letters, digits, hyphens, underscores and full stops."},
		{"POST", "/app", `{"name":""}`, "body.name", "Use a length of at least 1."},
		{"POST", "/app", `{"name":"n","uid":"` + strings.Repeat("u", 257) + `"}`, "body.uid", "Use a length of at most 256."},
		{"POST", "/app", `{"name":"n","throttleRate":0}`, "body.throttleRate", "Use at least 1."},
		{"POST", "/app", `{"name":"n","throttleRate":65536}`, "body.throttleRate", "Use at most 65535."},
		{"POST", "/app", `{"name":"n","throttleRate":1.5}`, "body.throttleRate", "Send a whole number."},
		{"POST", "/app", `{"name":"n","metadata":[]}`, "body.metadata", "Send an object."},
		{"POST", "/app", `[]`, "body", "Send an object."},
		{"PATCH", "/app/a", `{"name":null}`, "body.name", "Leave the field out, or give a value that is not null."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","disabled":1}`, "body.disabled", "Send true or false."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","channels":"c"}`, "body.channels", "Send a list."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","channels":[]}`, "body.channels", "Put at least 1 into the list."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","channels":["c","c"]}`, "body.channels", "Name each item once."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","channels":["1","2","3","4","5","6","7","8","9","10","11"]}`, "body.channels", "Put at most 10 into the list."},
		{"POST", "/app/a/endpoint", `{"url":"foo"}`, "body.url", "https://example.com/webhooks"},
		{"POST", "/app/a/endpoint", `{"url":"example.com:8080/x"}`, "body.url", "https://example.com/webhooks"},
		{"POST", "/app/a/endpoint", `{"url":"http://93.184.216.34/"}`, "body.url", "Plain http is not permitted here; use an https URL."},
		{"PATCH", "/app/a/endpoint/e", `{"headers":{"A":"b"}}`, "body.headers", "headers are changed by PUT or PATCH of .../endpoint/{endpoint_id}/headers."},
		{"PUT", "/app/a/endpoint/e", `{"url":"https://example.com","headers":{"A":"b"}}`, "body.headers", "headers are changed by PUT or PATCH of .../endpoint/{endpoint_id}/headers."},
		{"POST", "/app/a/endpoint/e/recover", `{"since":"yesterday"}`, "body.since", "Give a time such as 2026-01-31T12:00:00Z."},
		{"GET", "/app?order=sideways", "", "query.order", "Use one of: ascending, descending."},
		{"GET", "/app?limit=many", "", "query.limit", "Use a whole number."},
		{"GET", "/app/a/msg?before=yesterday", "", "query.before", "Give a time such as 2026-01-31T12:00:00Z."},
		{"GET", "/app/a/msg?with_content=perhaps", "", "query.with_content", "Use true or false."},
		{"GET", "/app/a/attempt/endpoint/e?status=9", "", "query.status", "Use one of: 0, 1, 2, 3, 4."},
	} {
		got := s.call(c.method, "/api/v1"+c.path, c.body)

		loc := `"loc":["` + strings.ReplaceAll(c.loc, ".", `","`) + `"]`
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, loc) || !strings.Contains(got.text, c.want) {
			t.Errorf("%s %s with %.80s: got %d %s, want %s and %q", c.method, c.path, c.body, got.status, got.text, loc, c.want)
		}
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	message := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{}}`).str("id")
	for path, want := range map[string]string{
		"/app/b":                               "No application has this id or uid.",
		"/app/b/endpoint/e":                    "No application has this id or uid.",
		"/app/a/endpoint/f":                    "No endpoint has this id or uid.",
		"/app/a/attempt/endpoint/f":            "No endpoint has this id or uid.",
		"/app/a/msg/m":                         "No message has this id or eventId.",
		"/app/a/msg/" + message + "/attempt/x": "There is no such attempt.",
		"/event-type/y":                        "There is no such event type.",
		"/nope":                                "There is nothing at this path.",
	} {
		got := s.call("GET", "/api/v1"+path, "")

		if got.status != http.StatusNotFound || got.str("detail") != want {
			t.Errorf("%s: got %d %s, want %q", path, got.status, got.text, want)
		}
	}
}

func TestWhatIsSaidOfAnotherApplicationTellsNothingAboutIt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	token := s.token(hook.ScopeApplication, s.application("own"))
	s.application("other")
	there := s.endpoint("other", "e")

	other := s.callAs(token, "GET", "/api/v1/app/other/endpoint/e", "")
	nobody := s.callAs(token, "GET", "/api/v1/app/nobody/endpoint/e", "")
	foreign := s.callAs(token, "GET", "/api/v1/app/own/endpoint/"+there, "")
	missing := s.callAs(token, "GET", "/api/v1/app/own/endpoint/ep_2ZzY3kQdPnD5vXwGm9sT1uEoHcA", "")

	if other.status != http.StatusNotFound || other.text != nobody.text {
		t.Errorf("got %d %s and %d %s", other.status, other.text, nobody.status, nobody.text)
	}
	if foreign.status != http.StatusNotFound || foreign.text != missing.text {
		t.Errorf("got %d %s and %d %s", foreign.status, foreign.text, missing.status, missing.text)
	}
}

func TestRefusedMethodComesWithThoseThatAreAllowed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, c := range []struct {
		method, path, allow string
		status              int
	}{
		{"PATCH", "/app", "GET, POST", 405},
		{"DELETE", "/app/", "GET, POST", 405},
		{"POST", "/app/a", "GET, PUT, PATCH, DELETE", 405},
		{"PUT", "/app/a/msg/m/attempt/x", "GET", 405},
		{"BREW", "/app", "GET, POST", 405},
		{"BREW", "/nope", "", 404},
		{"GET", "/nope", "", 404},
	} {
		got := s.call(c.method, "/api/v1"+c.path, "")

		if got.status != c.status || got.header.Get("Allow") != c.allow || !strings.Contains(got.str("detail"), c.allow) {
			t.Errorf("%s %s: got %d, Allow %q and %s", c.method, c.path, got.status, got.header.Get("Allow"), got.text)
		}
	}
}

func TestTakenUIDIsNamedAsTheField(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.application("b")
	s.endpoint("a", "e")
	s.endpoint("a", "f")
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "/app", `{"name":"n","uid":"a"}`, "Another application has the uid a already; choose another uid."},
		{"PATCH", "/app/b", `{"uid":"a"}`, "Another application has the uid a already; choose another uid."},
		{"POST", "/app/a/endpoint", `{"url":"https://example.com","uid":"e"}`, "Another endpoint has the uid e already; choose another uid."},
		{"PATCH", "/app/a/endpoint/f", `{"uid":"e"}`, "Another endpoint has the uid e already; choose another uid."},
	} {
		got := s.call(c.method, "/api/v1"+c.path, c.body)

		if got.status != http.StatusConflict || got.str("code") != "taken" || got.str("detail") != c.want {
			t.Errorf("%s %s: got %d %s", c.method, c.path, got.status, got.text)
		}
	}
}

func TestAnswersAreWrittenForATerminal(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/app/a", ""},
		{"GET", "/app/nobody", ""},
		{"GET", "/nope", ""},
		{"POST", "/app", `{}`},
		{"POST", "/app", `{`},
		{"POST", "/app/a/msg", `{"eventType":"x","payload":{"a":"<&>"}}`},
		{"POST", "/app/a/msg", `{"payload":{}}`},
	} {
		got := s.call(c.method, "/api/v1"+c.path, c.body)

		if !strings.HasSuffix(got.text, "}\n") || strings.Contains(got.text, `\u00`) {
			t.Errorf("%s %s: got %q", c.method, c.path, got.text)
		}
	}
	anonymous := s.callAs("", "GET", "/api/v1/app", "")
	if !strings.Contains(anonymous.text, "<token>") {
		t.Errorf("got %q", anonymous.text)
	}
}

func TestOtherTokensThanAdminsAreToldWhatIsAskedOfThem(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	own := s.application("own")
	guarded := &server{t: t, handler: s.api.Admins(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))}
	for token, want := range map[string]struct {
		status int
		says   string
	}{
		adminToken:                          {http.StatusNoContent, ""},
		s.token(hook.ScopeApplication, own): {http.StatusForbidden, "of the whole server"},
		s.token(hook.ScopePortal, own):      {http.StatusForbidden, "of the whole server"},
		"ph_unknown":                        {http.StatusUnauthorized, "token"},
		"":                                  {http.StatusUnauthorized, "Authorization: Bearer <token>"},
	} {
		got := guarded.callAs(token, "GET", "/metrics", "")

		if got.status != want.status || !strings.Contains(got.str("detail"), want.says) ||
			(got.header.Get("WWW-Authenticate") != "") != (want.status == http.StatusUnauthorized) {
			t.Errorf("%.10s: got %d %s", token, got.status, got.text)
		}
	}
}

func TestRefusedCharactersAreExplainedForTheKindOfName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	for query, want := range map[string]string{"channel=a%20b": "-_.:+ in a channel", "tag=a%20b": `-_./\\# in a tag`, "event_types=a%20b": "full stops"} {
		if got := s.must(422, "GET", "/api/v1/app/a/msg?"+query, ""); !strings.Contains(got.text, want) {
			t.Errorf("%s: got %s", query, got.text)
		}
	}
}
