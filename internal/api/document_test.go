package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/hook"
)

// schema is what these tests read of a schema in the document; the whole is compared in test/contract.
type schema struct {
	Ref        string             `json:"$ref"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Type       any                `json:"type"`
}

type media struct {
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

type declared struct {
	RequestBody *media `json:"requestBody"`
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

// ours returns the document as the API writes it.
func ours(t *testing.T) (d document) {
	t.Helper()
	text, err := api.New(api.Config{}).Document()
	check(t, err)
	check(t, json.Unmarshal(text, &d))
	return d
}

func bodyOf(m media) *schema { return m.Content["application/json"].Schema }

func TestOperationThatIsNotOfferedIsNotFoundByName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")
	ofApplication, ofPortal := s.token(hook.ScopeApplication, app), s.token(hook.ScopePortal, app)
	for path, name := range map[string]string{
		"/api/v1/stream":                         "GET /api/v1/stream",
		"/api/v1/connector":                      "GET /api/v1/connector",
		"/api/v1/app/a/integration/i":            "GET /api/v1/app/{app_id}/integration/{integ_id}",
		"/api/v1/app/a/integration/i/key":        "GET /api/v1/app/{app_id}/integration/{integ_id}/key",
		"/api/v1/app/a/attempt/endpoint/e/count": "GET /api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}/count",
		"/api/v1/transformation-template":        "GET /api/v1/transformation-template",
	} {
		for _, token := range []string{adminToken, ofApplication, ofPortal} {
			got := s.callAs(token, "GET", path, "")

			if got.status != http.StatusNotFound || got.str("code") != "operation_not_offered" || !strings.Contains(got.str("detail"), "operation "+name+".") {
				t.Errorf("%s: got %d %s", path, got.status, got.text)
			}
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
