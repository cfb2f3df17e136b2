package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/posthorn/posthorn/internal/hook"
)

// Route says who may call an operation.
type Route struct {
	Method string
	Path   string
	Scope  hook.Scope // the least one that may; empty for everybody
}

// operation is the declaration of one operation.
type operation struct {
	id      string
	method  string
	path    string
	scope   hook.Scope // the least one that may; empty for everybody
	summary string
	about   string
	status  int   // of success; zero for the framework's choice
	also    []int // further statuses of success, with the same body
}

const scopeKey = "scope"

// route adds an operation to the API and to its document.
func route[I, O any](a *API, o operation, do func(context.Context, *I) (*O, error)) {
	declared := huma.Operation{
		OperationID:     o.id,
		Method:          o.method,
		Path:            o.path,
		Summary:         o.summary,
		Description:     o.about,
		DefaultStatus:   o.status,
		Metadata:        map[string]any{scopeKey: o.scope},
		MaxBodyBytes:    -1, // the adapter has read the body by then
		BodyReadTimeout: -1,
		Responses:       a.failures(o),
		Security:        security(o.scope),
		Tags:            []string{tagOf(o.path)},
	}
	if o.method == http.MethodPost {
		declared.Parameters = []*huma.Param{idempotencyKey()}
	}
	huma.Register(a.huma, declared, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, a.problemOf(ctx, err)
		}
		return out, nil
	})
	a.documentAlso(o)
}

// adapter puts the framework's operations into the router, behind token and idempotency checks.
type adapter struct{ api *API }

// Handle adds one operation.
func (d adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	scope, _ := op.Metadata[scopeKey].(hook.Scope)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(plain{humachi.NewContext(op, r, w)})
	})
	if op.RequestBody != nil {
		h = d.api.parsed(h)
	}
	if op.Method == http.MethodPost {
		h = d.api.once(h)
	}
	d.api.handle(Route{op.Method, op.Path, scope}, d.api.strictQuery(queryNames(op), h))
}

// queryNames returns the names of the query parameters that the operation has.
func queryNames(op *huma.Operation) []string {
	var names []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	return names
}

// strictQuery answers 422 to a request with a query parameter that is not known.
func (a *API) strictQuery(known []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkQuery(r, known); err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// parsing is how much more memory the framework takes for a body than its length: a copy, a tree of it to check and the value
// that the operation gets. A tree of short lists takes more, but not for long.
const parsing = 8

// parsed reads the body for the framework, and holds what it takes to parse it.
func (a *API) parsed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := a.readBody(w, r)
		if err == nil {
			err = callOf(r.Context()).lease.Add(int64(parsing * len(body)))
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// plain keeps the framework from calling its failures application/problem+json: by the time they leave
// they are ours.
type plain struct{ framework }

// framework is huma.Context under a name that leaves its method Context alone.
type framework = huma.Context

// SetHeader sets a header of the answer.
func (c plain) SetHeader(name, value string) {
	if value == "application/problem+json" {
		value = "application/json"
	}
	c.framework.SetHeader(name, value)
}

// ServeHTTP serves a request as the router does.
func (d adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.api.router.ServeHTTP(w, r) }

// handle adds a handler that only callers with the route's scope reach.
func (a *API) handle(route Route, h http.Handler) {
	a.scopes = append(a.scopes, route)
	a.router.Method(route.Method, route.Path, a.guarded(route.Scope, h))
}

// Routes returns every route with the least scope that may call it.
func (a *API) Routes() []Route { return a.scopes }

// documentAlso describes the further statuses of success.
func (a *API) documentAlso(o operation) {
	item := a.huma.OpenAPI().Paths[o.path]
	declared := map[string]*huma.Operation{
		http.MethodPost: item.Post, http.MethodPut: item.Put,
	}[o.method]
	for _, status := range o.also {
		response := *declared.Responses[strconv.Itoa(declared.DefaultStatus)]
		response.Description = http.StatusText(status)
		declared.Responses[strconv.Itoa(status)] = &response
	}
}
