package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

// knownToGo144 are the fields of github.com/svix/svix-webhooks/go v1.44.0, which refuses others.
func knownToGo144(path, method string) string {
	switch {
	case strings.HasSuffix(path, "/msg/M/endpoint"):
		return "channels createdAt description disabled filterTypes id nextAttempt rateLimit status uid updatedAt url version"
	case strings.HasSuffix(path, "/endpoint/e/msg"):
		return "channels eventId eventType id nextAttempt payload status tags timestamp"
	case strings.Contains(path, "/attempt/"):
		return "endpointId id msg msgId response responseDurationMs responseStatusCode status timestamp triggerType url"
	case strings.HasSuffix(path, "/stats"):
		return "fail pending sending success"
	case strings.HasSuffix(path, "/recover"):
		return "id status task"
	case strings.Contains(path, "/msg") || method == http.MethodPost:
		return "channels eventId eventType id payload tags timestamp"
	case strings.Contains(path, "/endpoint"):
		return "channels createdAt description disabled filterTypes id metadata rateLimit uid updatedAt url version"
	case strings.Contains(path, "/event-type"):
		return "archived createdAt deprecated description featureFlag groupName name schemas updatedAt"
	}
	return "createdAt id metadata name rateLimit uid updatedAt"
}

func TestStrictLibrariesGetTheFieldsTheyKnow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	s.must(201, "POST", "/api/v1/event-type", `{"name":"x","description":"","schemas":{"1":{}}}`)
	m, attempt := s.attempted("a", "e", hook.Failed, 500)

	for _, call := range [][3]string{
		{"GET", "/api/v1/app/a", ""}, {"GET", "/api/v1/app", ""},
		{"GET", "/api/v1/app/a/endpoint/e", ""}, {"GET", "/api/v1/app/a/endpoint", ""},
		{"GET", "/api/v1/event-type/x", ""}, {"GET", "/api/v1/event-type", ""},
		{"GET", "/api/v1/app/a/msg/M", ""}, {"GET", "/api/v1/app/a/msg", ""},
		{"GET", "/api/v1/app/a/msg/M/attempt/" + attempt, ""}, {"GET", "/api/v1/app/a/attempt/endpoint/e", ""},
		{"GET", "/api/v1/app/a/msg/M/endpoint", ""}, {"GET", "/api/v1/app/a/endpoint/e/msg", ""},
		{"GET", "/api/v1/app/a/endpoint/e/stats", ""},
		{"POST", "/api/v1/app/a/endpoint/e/recover", `{"since":"2020-01-01T00:00:00Z"}`},
		{"POST", "/api/v1/app/a/endpoint/e/send-example", `{"eventType":"x"}`},
		{"POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"<":"&"}}`},
	} {
		got := s.call(call[0], strings.Replace(call[1], "/M", "/"+m, 1), call[2], "User-Agent", "svix-libs/1.44.0/go")
		fields := []map[string]any{got.body}
		if got.body["data"] != nil {
			fields = got.data()
		}
		known := strings.Fields(knownToGo144(call[1], call[0]))
		for _, one := range fields {
			for field := range one {
				if !slices.Contains(known, field) {
					t.Errorf("%s %s: answers with %s", call[0], call[1], field)
				}
			}
		}
		if got.status/100 != 2 || len(fields) == 0 || len(fields[0]) < 3 {
			t.Errorf("%s %s: got %d %s", call[0], call[1], got.status, got.text)
		}
	}
}

func TestOthersGetEveryField(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	for agent, narrowed := range map[string]bool{
		"svix-libs/1.44.0/go": true, "svix-libs/1.56.2/go": true, "svix-libs/1.44.0/java": true, "svix-libs/1.61.4/java": true,
		"svix-libs/1.57.0/go": false, "svix-libs/1.100.0/go": false, "svix-libs/2.0.0/go": false, "svix-libs/1.62.0/java": false,
		"svix-libs/1.44.0/javascript": false, "svix-libs/1.44.0/python": false, "svix-libs/1.go": false, "curl/8": false, "": false,
	} {
		_, wide := s.must(200, "GET", "/api/v1/app/a", "", "User-Agent", agent).body["throttleRate"]
		if wide == narrowed {
			t.Errorf("%q: throttleRate is there: %v", agent, wide)
		}
	}
}

func TestNarrowedAnswersKeepThePayloadsBytes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	m := s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"b":"<&>","a":1.0e2}}`).str("id")

	got := s.must(200, "GET", "/api/v1/app/a/msg/"+m, "", "User-Agent", "svix-libs/1.44.0/go")

	if !strings.Contains(got.text, `{"b":"<&>","a":1.0e2}`) {
		t.Errorf("got %s", got.text)
	}
}

func TestWhatIsNotOfferedIsRefusedOnlyIfAskedFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")

	for at, bodies := range map[string][2]string{
		"POST /api/v1/app/a/msg transformationsParams":           {`null`, `{"region":"x"}`},
		"POST /api/v1/app/a/msg deliverAt":                       {`null`, `"2030-01-01T00:00:00Z"`},
		"POST /api/v1/auth/app-portal-access/a readOnly":         {`false`, `true`},
		"POST /api/v1/auth/app-portal-access/a capabilities":     {`[]`, `["ViewBase"]`},
		"POST /api/v1/auth/app-portal-access/a featureFlags":     {`[]`, `["x"]`},
		"POST /api/v1/auth/app-portal-access/a application":      {`null`, `5`},
		"PATCH /api/v1/app/a/endpoint/e secret":                  {`null`, `"whsec_x"`},
		"GET /api/v1/app/a/attempt/endpoint/e expanded_statuses": {`true`, `x`},
	} {
		method, rest, _ := strings.Cut(at, " ")
		path, field, _ := strings.Cut(rest, " ")
		for i, value := range bodies {
			query, body := "?"+field+"="+value, ""
			if method != http.MethodGet {
				query, body = "", with(t, path, field, value)
			}
			got := s.call(method, path+query, body)
			if i == 0 && got.status/100 != 2 {
				t.Errorf("%s %s: got %d %s", at, value, got.status, got.text)
			}
			if i == 1 && (got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"`+field+`"`)) {
				t.Errorf("%s %s: got %d %s", at, value, got.status, got.text)
			}
		}
	}
}

// with returns a body that an operation takes, with one more field.
func with(t *testing.T, path, field, value string) string {
	t.Helper()
	body := map[string]json.RawMessage{field: json.RawMessage(value)}
	if strings.HasSuffix(path, "/msg") {
		maps.Copy(body, map[string]json.RawMessage{"eventType": []byte(`"x"`), "payload": []byte(`{}`)})
	}
	if strings.HasSuffix(path, "/send-example") {
		body["eventType"] = []byte(`"x"`)
	}
	text, err := json.Marshal(body)
	check(t, err)
	return string(text)
}

func TestEventTypeHasAGroupAndOneFeatureFlag(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const path = "/api/v1/event-type/x"

	made := s.must(201, "POST", "/api/v1/event-type", `{"name":"x","description":"","groupName":"user","featureFlags":["beta"]}`)
	several := s.call("PATCH", path, `{"featureFlags":["a","b"]}`)
	kept := s.must(200, "PATCH", path, `{"description":"d"}`)
	cleared := s.must(200, "PATCH", path, `{"featureFlags":null,"groupName":null}`)
	older := s.must(200, "PUT", path, `{"description":"","featureFlag":"beta"}`)

	for _, got := range []answer{made, kept} {
		if got.str("groupName") != "user" || got.str("featureFlag") != "beta" || !strings.Contains(got.text, `"featureFlags":["beta"]`) {
			t.Errorf("got %s", got.text)
		}
	}
	if several.status != http.StatusUnprocessableEntity || !strings.Contains(several.text, "featureFlags") {
		t.Errorf("several flags: got %d %s", several.status, several.text)
	}
	if cleared.body["groupName"] != nil || cleared.body["featureFlag"] != nil || cleared.body["featureFlags"] != nil {
		t.Errorf("got %s", cleared.text)
	}
	if older.str("featureFlag") != "beta" {
		t.Errorf("got %s", older.text)
	}
}
