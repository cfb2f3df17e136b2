package api

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/hook"
)

//go:generate go run ./gen

const documentPath = "/api/v1/openapi.json"

// bearer is the name of the one way to authenticate.
const bearer = "token"

// document returns the framework's settings: no pages that load from elsewhere, no links in answers, no
// document but the one that we serve ourselves.
func document() huma.Config {
	c := huma.DefaultConfig("Posthorn", "1")
	c.DocsPath, c.SchemasPath, c.OpenAPIPath = "", "", ""
	c.CreateHooks = nil
	plainly := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	c.Formats = map[string]huma.Format{"application/json": plainly, "json": plainly} // the second is what +json stands for
	c.Transformers = []huma.Transformer{translate, narrow}
	c.Info.Description = "Send webhooks that arrive. Works with the Svix client libraries."
	c.Info.License = &huma.License{Name: "MIT", Identifier: "MIT"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", Description: "A token as `Authorization: Bearer <token>`."},
	}
	return c
}

// marshal writes JSON. Lists are written item by item, so that the whole of one is not held a second time.
func marshal(w io.Writer, v any) error {
	if list, ok := v.(interface{ write(io.Writer) error }); ok {
		return list.write(w)
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}

// unmarshal reads JSON. The standard library would replace what is no UTF-8 and say nothing.
func unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	return json.Unmarshal(data, v)
}

func security(scope hook.Scope) []map[string][]string {
	if scope == "" {
		return []map[string][]string{}
	}
	return []map[string][]string{{bearer: {}}}
}

// idempotencyKey describes the header that every POST takes.
func idempotencyKey() *huma.Param {
	most := maxKey
	return &huma.Param{
		Name: "idempotency-key", In: "header",
		Description: "Your name for this request: sent again with the same body within 72 hours it gets the first answer again, with another body 409.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &most},
	}
}

// tagOf groups operations by the noun in their path.
func tagOf(path string) string {
	for _, pair := range [][2]string{
		{sourcesPath, "Source"}, {"/attempt", "Attempt"}, {"/resend", "Attempt"}, {"/msg", "Message"}, {"/endpoint", "Endpoint"},
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
	for _, item := range a.huma.OpenAPI().Paths {
		for _, o := range operationsOf(item) {
			optionalMayBeNull(o)
		}
	}
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
		for method := range operationsOf(item) {
			paths[path] = append(paths[path], method)
		}
	}
	return paths
}

// operationsOf returns the operations of a path by their methods.
func operationsOf(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodHead: item.Head, http.MethodPost: item.Post,
		http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}
	maps.DeleteFunc(all, func(_ string, o *huma.Operation) bool { return o == nil })
	return all
}

// optionalMayBeNull says of every query parameter without a default that it may be null. No query can hold
// null; it is how generators of clients are told that a caller may give none.
func optionalMayBeNull(o *huma.Operation) {
	for _, p := range o.Parameters {
		if p.In == "query" && !p.Required && p.Schema.Default == nil {
			p.Schema.Nullable = true
		}
	}
}
