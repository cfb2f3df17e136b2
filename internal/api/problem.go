package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/fault"
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

func (p problem) Error() string                { return http.StatusText(p.status) }
func (p problem) GetStatus() int               { return p.status }
func (p problem) MarshalJSON() ([]byte, error) { return json.Marshal(p.body) }

// statusOf is the one place where a kind of failure becomes a status.
func statusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// The codes whose status is not that of their kind: the public interface has statuses of their own for them.
const (
	codeMalformed      = "malformed_json"     // 400
	codeNotAllowed     = "method_not_allowed" // 405
	codeNotImplemented = "not_implemented"    // 501
)

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
		a.Log.WarnContext(ctx, "request refused", "request", requestID(ctx), "error", err)
	}
	if f.Kind == fault.Invalid && f.Code != codeMalformed {
		return problem{http.StatusUnprocessableEntity, invalid(f)}
	}
	return problem{statusWithCode(f), HTTPError{f.Code, f.Detail}}
}

func statusWithCode(f *fault.Error) int {
	switch f.Code {
	case codeMalformed:
		return http.StatusBadRequest
	case codeNotAllowed:
		return http.StatusMethodNotAllowed
	case codeNotImplemented:
		return http.StatusNotImplemented
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
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{"code":"internal","detail":"Something went wrong here."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // the caller may be gone; there is nobody else to tell
}

func (a *API) notFound(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, fault.New(fault.NotFound, "not_found", "There is nothing at this path."))
}

func (a *API) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, fault.New(fault.Unsupported, codeNotAllowed, "Use another method on this path."))
}

// translate turns the framework's error bodies into ours. It is a transformer of this API alone, since
// the framework's own hook for errors is global and belongs to whoever embeds us.
func translate(_ huma.Context, _ string, body any) (any, error) {
	found, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	switch found.Status {
	case http.StatusUnprocessableEntity:
		return validation(found), nil
	case http.StatusBadRequest:
		return HTTPError{codeMalformed, "Send a body that is valid JSON."}, nil
	case http.StatusRequestEntityTooLarge:
		return HTTPError{"payload_too_large", "Send a smaller body."}, nil
	case http.StatusRequestTimeout:
		return HTTPError{"timeout", "Send the body faster."}, nil
	}
	return HTTPError{"error", http.StatusText(found.Status)}, nil
}

// validation lists what the framework found. It leaves out the values: they may be secrets.
func validation(found *huma.ErrorModel) HTTPValidationError {
	items := make([]ValidationErrorItem, 0, len(found.Errors))
	for _, e := range found.Errors {
		const missing, end = "expected required property ", " to be present"
		loc := locate(e.Location)
		if name, ok := strings.CutPrefix(e.Message, missing); ok {
			loc = append(loc, strings.TrimSuffix(name, end))
		}
		items = append(items, ValidationErrorItem{Loc: loc, Msg: e.Message, Type: "value_error"})
	}
	return HTTPValidationError{Detail: items}
}
