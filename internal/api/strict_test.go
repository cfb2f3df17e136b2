package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestQ20WrongBodiesAreRefusedWithTheFieldsPath makes bodies from the document: for every operation with
// a body, a field that does not exist, a wrong type in every field, and null in every required field.
func TestQ20WrongBodiesAreRefusedWithTheFieldsPath(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "some")
	s.must(201, "POST", "/api/v1/event-type", `{"name":"some","description":"d"}`)
	d := ours(t)
	for path, methods := range d.Paths {
		for method, o := range methods {
			if o.RequestBody == nil {
				continue
			}
			at := strings.ToUpper(method) + " " + path
			for name, c := range wrongBodies(t, d, d.resolve(bodyOf(*o.RequestBody))) {
				got := s.call(strings.ToUpper(method), fill(path, "a"), c)

				want := fmt.Sprintf(`"loc":["body",%q`, name)
				if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, want) {
					t.Errorf("%s with %s: got %d %s", at, c, got.status, got.text)
				}
				if !inSentences(got) {
					t.Errorf("%s with %s is no sentence: %s", at, c, got.text)
				}
			}
		}
	}
}

// inSentences reports whether all that is said about an input is a sentence of ours: what the framework says
// begins with a small letter and ends without a full stop, and what we say for the unknown names the document.
func inSentences(a answer) bool {
	items, _ := a.body["detail"].([]any)
	for _, item := range items {
		fields, _ := item.(map[string]any)
		msg, _ := fields["msg"].(string)
		if !strings.HasSuffix(msg, ".") || strings.ToUpper(msg[:1]) != msg[:1] || strings.Contains(msg, "openapi.json") {
			return false
		}
	}
	return len(items) > 0
}

// wrongBodies returns a body for each field that has something wrong with that field and nothing else.
func wrongBodies(t *testing.T, d document, s *schema) map[string]string {
	t.Helper()
	bodies := map[string]string{}
	add := func(name string, value any) {
		fields := right(d, s)
		fields[name] = value
		text, err := json.Marshal(fields)
		check(t, err)
		bodies[name] = string(text)
	}
	add("noSuchField", 1)
	for name, field := range s.Properties {
		add(name, wrongValue(d, field))
	}
	for _, name := range s.Required {
		add(name, nil)
	}
	return bodies
}

// right returns the required fields with values that fit.
func right(d document, s *schema) map[string]any {
	fields := map[string]any{}
	for _, name := range s.Required {
		switch field := d.resolve(s.Properties[name]); {
		case name == "url":
			fields[name] = "https://example.com/"
		case name == "since":
			fields[name] = "2020-01-01T00:00:00Z"
		case field.Type == "object":
			fields[name] = map[string]any{}
		default:
			fields[name] = "some"
		}
	}
	return fields
}

// wrongValue returns a value that is not of the field's type.
func wrongValue(d document, field *schema) any {
	kinds, _ := d.resolve(field).Type.([]any)
	if kind, ok := d.resolve(field).Type.(string); ok {
		kinds = []any{kind}
	}
	if slices.Contains(kinds, any("string")) {
		return 4711
	}
	return "wrong"
}

func TestQ20QueryParametersOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	for query, name := range map[string]string{
		"before=yesterday": "before", "after=1": "after", "with_content=perhaps": "with_content", "status=9": "status",
		"status=x": "status", "status_code_class=201": "status_code_class", "channel=a+b": "channel", "event_types=a,,b": "event_types",
	} {
		got := s.call("GET", "/api/v1/app/a/attempt/endpoint/e?"+query, "")

		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"loc":["query",`+fmt.Sprintf("%q", name)) {
			t.Errorf("%s: got %d %s", query, got.status, got.text)
		}
	}
	if got := s.call("GET", "/api/v1/app?order=sideways", ""); got.status != http.StatusUnprocessableEntity {
		t.Errorf("order: got %d", got.status)
	}
	if got := s.call("GET", "/api/v1/app/a/msg?after=2002-01-01T00:00:00Z&before=2001-01-01T00:00:00Z", ""); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty span: got %d", got.status)
	}
}

func TestLibrariesMaySendNullForWhatIsOptional(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	d := ours(t)
	for _, path := range []string{"/api/v1/app", "/api/v1/app/{app_id}/endpoint", "/api/v1/event-type", "/api/v1/app/{app_id}/msg"} {
		body := d.resolve(bodyOf(*d.Paths[path]["post"].RequestBody))
		fields := right(d, body)
		for name := range maps.Keys(body.Properties) {
			if !slices.Contains(body.Required, name) {
				fields[name] = nil
			}
		}
		text, err := json.Marshal(fields)
		check(t, err)

		if got := s.call("POST", fill(path, "a"), string(text)); got.status > 299 {
			t.Errorf("%s with %s: got %d %s", path, text, got.status, got.text)
		}
	}
}

// TestListsOfNamesRefuseListsAndObjects has items that cannot be keys of a map, which the framework's check for
// duplicates makes of them.
func TestListsOfNamesRefuseListsAndObjects(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	for _, items := range []string{`[[]]`, `[{}]`, `[[],[]]`, `["x",{}]`} {
		for operation, fields := range map[string][]string{
			"POST /app/a/endpoint": {"channels", "eventTypes", "filterTypes"}, "PUT /app/a/endpoint/e": {"channels", "eventTypes", "filterTypes"},
			"PATCH /app/a/endpoint/e": {"channels", "eventTypes", "filterTypes"},
			"POST /event-type":        {"featureFlags"}, "PUT /event-type/x": {"featureFlags"}, "PATCH /event-type/x": {"featureFlags"},
			"POST /app/a/msg": {"channels"},
		} {
			for _, field := range fields {
				method, path, _ := strings.Cut(operation, " ")

				got := s.call(method, "/api/v1"+path, `{"eventType":"x","payload":{},"`+field+`":`+items+`}`)

				if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"`+field+`"`) {
					t.Errorf("%s with %s %s: got %d %s", operation, field, items, got.status, got.text)
				}
			}
		}
	}
}
