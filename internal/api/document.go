package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/hook"
)

const documentPath = "/api/v1/openapi.json"

// bearer is the name of the one way to authenticate.
const bearer = "token"

// document returns the framework's settings: no pages that load from elsewhere, no links in answers, no
// document but the one that we serve ourselves.
func document() huma.Config {
	c := huma.DefaultConfig("Posthorn", "1")
	c.DocsPath, c.SchemasPath, c.OpenAPIPath = "", "", ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{translate}
	c.Info.Description = "Send webhooks that arrive. Works with the Svix client libraries."
	c.Info.License = &huma.License{Name: "MIT", Identifier: "MIT"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", Description: "A token as `Authorization: Bearer <token>`."},
	}
	return c
}

func security(scope hook.Scope) []map[string][]string {
	if scope == "" {
		return []map[string][]string{}
	}
	return []map[string][]string{{bearer: {}}}
}

// tagOf groups operations by the noun in their path.
func tagOf(path string) string {
	for _, pair := range [][2]string{
		{"/attempt", "Attempt"}, {"/resend", "Attempt"}, {"/msg", "Message"}, {"/endpoint", "Endpoint"},
		{"/auth", "Authentication"}, {"/event-type", "Event type"}, {"/health", "Health"},
	} {
		if strings.Contains(path, pair[0]) {
			return pair[1]
		}
	}
	return "Application"
}

// failures describes the answers of an operation that are no success.
func (a *API) failures(o operation) map[string]*huma.Response {
	statuses := []int{http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if o.scope != "" {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
	}
	if o.method != http.MethodGet && o.method != http.MethodHead {
		statuses = append(statuses, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	responses := map[string]*huma.Response{}
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = a.failure(status, reflect.TypeFor[HTTPError]())
	}
	responses["422"] = a.failure(http.StatusUnprocessableEntity, reflect.TypeFor[HTTPValidationError]())
	return responses
}

func (a *API) failure(status int, body reflect.Type) *huma.Response {
	return &huma.Response{
		Description: http.StatusText(status),
		Content:     map[string]*huma.MediaType{"application/json": {Schema: a.schema(body)}},
	}
}

func (a *API) schema(t reflect.Type) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(t, true, "")
}

// finish closes the document and serves it.
func (a *API) finish() {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // the framework's own error body, which never leaves
	delete(schemas, "ErrorDetail")
	text, err := a.Document()
	if err != nil {
		panic("api: the document cannot be written: " + err.Error())
	}
	a.handle(Route{http.MethodGet, documentPath, ""}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	}))
}

// Document returns the OpenAPI 3.1 description.
func (a *API) Document() ([]byte, error) {
	text, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	return append(text, '\n'), err
}

// Paths returns the methods of each path in the document.
func (a *API) Paths() map[string][]string {
	paths := map[string][]string{}
	for path, item := range a.huma.OpenAPI().Paths {
		for method, o := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodHead: item.Head, http.MethodPost: item.Post,
			http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if o != nil {
				paths[path] = append(paths[path], method)
			}
		}
	}
	return paths
}
