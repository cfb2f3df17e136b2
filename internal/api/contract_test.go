package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/api"
)

type schema struct {
	Ref        string             `json:"$ref"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Enum       []any              `json:"enum"`
	Type       any                `json:"type"`
}

type parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required"`
}

type media struct {
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

type declared struct {
	OperationID string           `json:"operationId"`
	Parameters  []parameter      `json:"parameters"`
	RequestBody *media           `json:"requestBody"`
	Responses   map[string]media `json:"responses"`
}

type document struct {
	Paths      map[string]map[string]declared `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

func (d document) resolve(s *schema) *schema {
	if s == nil || s.Ref == "" {
		return s
	}
	return d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
}

func parse(t *testing.T, text []byte) (d document) {
	t.Helper()
	check(t, json.Unmarshal(text, &d))
	return d
}

// reference returns a description of the interface that we are compatible with. It is no part of the
// repository.
func reference(t *testing.T, name string) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", name))
	if err != nil {
		t.Skipf("SKIPPED: the reference %s is not here", name)
	}
	return parse(t, text)
}

func ours(t *testing.T) document {
	t.Helper()
	text, err := api.New(api.Config{}).Document()
	check(t, err)
	return parse(t, text)
}

func TestEveryOperationOfTheReferenceIsDeclaredAlike(t *testing.T) {
	t.Parallel()
	theirs, own := reference(t, "svix-openapi.json"), ours(t)
	for path, methods := range theirs.Paths {
		for method, want := range methods {
			got, ok := own.Paths[path][method]
			if !ok {
				t.Errorf("%s %s is missing", method, path)
				continue
			}
			at := method + " " + path
			sameParameters(t, at, want.Parameters, got.Parameters)
			if want.RequestBody != nil {
				sameRequired(t, at+" body", theirs, own, bodyOf(*want.RequestBody), bodyOf(*got.RequestBody))
			}
			for status, answer := range want.Responses {
				if path == "/api/v1/health" || status[0] != '2' {
					continue // health answers 200 with a body, as the real server does
				}
				if _, ok := got.Responses[status]; !ok {
					t.Errorf("%s does not declare %s", at, status)
					continue
				}
				sameRequired(t, at+" "+status, theirs, own, bodyOf(answer), bodyOf(got.Responses[status]))
			}
		}
	}
}

func bodyOf(m media) *schema { return m.Content["application/json"].Schema }

func sameParameters(t *testing.T, at string, want, got []parameter) {
	t.Helper()
	for _, p := range want {
		if !slices.Contains(got, p) {
			t.Errorf("%s: the parameter %v is missing among %v", at, p, got)
		}
	}
}

// sameRequired compares the required fields, and that no field of theirs is missing, all the way down.
func sameRequired(t *testing.T, at string, theirs, own document, want, got *schema) {
	t.Helper()
	want, got = theirs.resolve(want), own.resolve(got)
	if want == nil {
		return
	}
	if got == nil {
		t.Errorf("%s: there is no body", at)
		return
	}
	slices.Sort(want.Required)
	slices.Sort(got.Required)
	if !slices.Equal(want.Required, got.Required) {
		t.Errorf("%s requires %v, the reference %v", at, got.Required, want.Required)
	}
	for name, field := range want.Properties {
		mine, ok := got.Properties[name]
		if !ok {
			t.Errorf("%s lacks %s", at, name)
			continue
		}
		sameRequired(t, at+"."+name, theirs, own, field, mine)
	}
	if want.Items != nil {
		sameRequired(t, at+"[]", theirs, own, want.Items, got.Items)
	}
}

func TestEveryPublicOperationOfTheLibrariesIsAnswered(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", "svix-sdk-openapi.json"))
	if err != nil {
		t.Skip("SKIPPED: the reference svix-sdk-openapi.json is not here")
	}
	var theirs struct {
		Paths map[string]map[string]struct {
			Internal bool `json:"x-internal"`
		} `json:"paths"`
	}
	check(t, json.Unmarshal(text, &theirs))
	s := newServer(t)
	routes := map[string]bool{}
	for _, route := range s.api.Routes() {
		routes[route.Method+" "+route.Path] = true
	}
	n := 0
	for path, methods := range theirs.Paths {
		for method, o := range methods {
			if o.Internal {
				continue
			}
			n++
			if !routes[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s is not there; run go generate ./internal/api", method, path)
			}
		}
	}
	if n != 128 {
		t.Errorf("the reference has %d public operations", n)
	}
}

func TestWhatIsNotBuiltSaysSo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"/api/v1/stream", "/api/v1/background-task", "/ingest/api/v1/source", "/api/v1/app/a/integration"} {
		got := s.call("GET", path, "")

		if got.status != http.StatusNotImplemented || got.str("code") != "not_implemented" || got.str("detail") == "" {
			t.Errorf("%s: got %d %s", path, got.status, got.text)
		}
	}
}

func TestDocumentIsServedAndCommitted(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	served := s.callAs("", "GET", "/api/v1/openapi.json", "")
	committed, err := os.ReadFile(filepath.Join("..", "..", "api", "openapi.json"))

	check(t, err)
	if served.status != http.StatusOK || served.text != string(committed) {
		t.Errorf("api/openapi.json is stale: run go run ./internal/api/gen (served with %d)", served.status)
	}
	if served.str("openapi") != "3.1.0" {
		t.Errorf("the version is %q", served.str("openapi"))
	}
}

func TestDocumentDescribesEveryField(t *testing.T) {
	t.Parallel()
	for name, s := range ours(t).Components.Schemas {
		if strings.HasPrefix(name, "Error") {
			t.Errorf("%s is the framework's", name)
		}
		if len(s.Properties) == 0 && name != "EmptyResponse" {
			t.Errorf("%s has no fields", name)
		}
	}
}
