package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/receive"
)

// HTTPError is the body of every failure but those of validation.
type HTTPError struct {
	Code   string `json:"code" doc:"Stable name of the failure, for programs."`
	Detail string `json:"detail" doc:"What is wrong and what to do, for people."`
}

// HTTPValidationError is the body of 422.
type HTTPValidationError struct {
	Detail []ValidationErrorItem `json:"detail" nullable:"false" doc:"What is wrong with the input."`
}

// ValidationErrorItem is one mistake in the input.
type ValidationErrorItem struct {
	Loc  []string `json:"loc" nullable:"false" doc:"Where: body, path, query or header, and the names below it."`
	Msg  string   `json:"msg" doc:"What is wrong."`
	Type string   `json:"type" doc:"Stable name of the mistake."`
}

// problem is a failure with its status, ready to be sent.
type problem struct {
	status int
	body   any
}

func (p problem) Error() string  { return http.StatusText(p.status) }
func (p problem) GetStatus() int { return p.status }

// MarshalJSON returns the body as it is read in a terminal: nothing of it is put into a page, so nothing is
// escaped as if it were.
func (p problem) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	err := huma.DefaultJSONFormat.Marshal(&text, p.body)
	return text.Bytes(), err
}

// statusOf is the one place where a kind of failure becomes a status.
func statusOf(k fault.Kind) int {
	return [...]int{
		fault.Internal:        http.StatusInternalServerError,
		fault.Invalid:         http.StatusUnprocessableEntity,
		fault.Unauthenticated: http.StatusUnauthorized,
		fault.Forbidden:       http.StatusForbidden,
		fault.NotFound:        http.StatusNotFound,
		fault.Conflict:        http.StatusConflict,
		fault.TooLarge:        http.StatusRequestEntityTooLarge,
		fault.Limited:         http.StatusTooManyRequests,
		fault.Unavailable:     http.StatusServiceUnavailable,
		fault.Unsupported:     http.StatusUnsupportedMediaType,
	}[k]
}

// The codes whose status is not that of their kind: the public interface has statuses of their own for them.
const (
	codeMalformed   = "malformed_json"         // 400
	codeCompression = receive.CauseCompression // 400
	codeNotAllowed  = "method_not_allowed"     // 405
	codeTimeout     = "timeout"                // 408
)

// codeEncoding is the code of a body in a compression that is not supported.
const codeEncoding = "unsupported_encoding"

// problemOf turns an error into what the caller gets and logs what the caller does not.
func (a *API) problemOf(ctx context.Context, err error) problem {
	var known problem
	if errors.As(err, &known) {
		return known
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal {
		a.Log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "error", err)
		return problem{http.StatusInternalServerError, HTTPError{"internal", "Something went wrong here. The log has more under request " + requestID(ctx) + "."}}
	}
	if f.Kind == fault.Unavailable {
		a.logRefusal(ctx, f)
	}
	if f.Kind == fault.Invalid && f.Code != codeMalformed && f.Code != codeCompression && f.Code != codeTimeout {
		return problem{http.StatusUnprocessableEntity, invalid(f)}
	}
	return problem{statusWithCode(f), HTTPError{f.Code, f.Detail}}
}

// logRefusal logs one refusal of each code a second.
func (a *API) logRefusal(ctx context.Context, f *fault.Error) {
	if missed, ok := a.refusals.Pass(f.Code, a.Clock.Steady()); ok {
		a.Log.WarnContext(ctx, "request refused", "request", requestID(ctx), "error", f, "not_logged", missed)
	}
}

func statusWithCode(f *fault.Error) int {
	switch f.Code {
	case codeMalformed, codeCompression:
		return http.StatusBadRequest
	case codeNotAllowed:
		return http.StatusMethodNotAllowed
	case codeTimeout:
		return http.StatusRequestTimeout
	}
	return statusOf(f.Kind)
}

func invalid(f *fault.Error) HTTPValidationError {
	loc := locate(f.Field)
	return HTTPValidationError{Detail: []ValidationErrorItem{{Loc: loc, Msg: f.Detail, Type: f.Code}}}
}

// locate splits a dotted path. Use cases do not know where their input came from: it was the body.
func locate(field string) []string {
	parts := strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	if len(parts) > 0 {
		switch parts[0] {
		case "body", "path", "query", "header":
			return parts
		}
	}
	return append([]string{"body"}, parts...)
}

// fail answers with a failure outside of the framework.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problemOf(r.Context(), err)
	body, broken := p.MarshalJSON()
	if broken != nil {
		body = []byte(`{"code":"internal","detail":"Something went wrong here."}` + "\n")
	}
	w.Header().Set("Content-Type", "application/json")
	switch p.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusUnsupportedMediaType:
		if fault.CodeOf(err) == codeEncoding { // RFC 7694, section 3
			w.Header().Set("Accept-Encoding", httpbody.Accepted)
		}
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // the caller may be gone; there is nobody else to tell
}

func (a *API) notFound(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, fault.New(fault.NotFound, "not_found", "There is nothing at this path."))
}

// methodNotAllowed names the methods that the path has, which RFC 9110 demands in section 15.5.6.
func (a *API) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	allowed := strings.Join(a.methodsOf(r.URL), ", ")
	if allowed == "" { // the router says this of any path if it does not know the method
		a.notFound(w, r)
		return
	}
	w.Header().Set("Allow", allowed)
	a.fail(w, r, fault.New(fault.Unsupported, codeNotAllowed, "Use another method on this path: %s.", allowed))
}

// methodsOf returns the methods that are served on the path.
func (a *API) methodsOf(u *url.URL) []string {
	path := u.RawPath // as the router chooses
	if path == "" {
		path = u.Path
	}
	return slices.DeleteFunc(
		[]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		func(method string) bool { return !a.router.Match(chi.NewRouteContext(), method, path) })
}
