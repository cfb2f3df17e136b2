// Package fault is the one error type of Posthorn. An error that a caller may see has a kind, which
// the edges turn into a status or an exit code in one place; a stable code, which programs may
// compare; and a sentence that says what to do. Everything else is a cause: logged, never sent.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is. The edges map each kind to one status and one exit code.
type Kind uint8

// The kinds, from "our bug" to "your input".
const (
	Internal        Kind = iota // a bug or a failure nobody planned for; the text never leaves the process
	Invalid                     // the input breaks a rule; Field says where
	Unauthenticated             // no token, or one that is unknown, expired or revoked
	Forbidden                   // a valid token whose scope does not reach
	NotFound                    // nothing there, or nothing this tenant may know of
	Conflict                    // the state of the world says no: a taken name, a reused key
	TooLarge                    // over a size limit
	Limited                     // over a rate or a quota; try later
	Unavailable                 // cannot be done now and nothing was done: disk full, database away, draining
	Unsupported                 // a media type or an operation that this server does not offer
)

// Error is a failure fit for a caller.
type Error struct {
	Kind   Kind
	Code   string // stable, snake_case, for programs
	Detail string // one sentence for people that says what to do
	Field  string // dotted path of the input at fault, such as "body.url"; empty if it is not one field
	Cause  error  // for the log only
}

// Error returns the sentence and, for the log, the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New returns an error of kind k with a stable code and a formatted sentence.
func New(k Kind, code, format string, args ...any) *Error {
	return &Error{Kind: k, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// In returns an Invalid error about one field.
func In(field, code, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, Detail: fmt.Sprintf(format, args...), Field: field}
}

// Because returns e with a cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Missing returns the NotFound error for a noun of the API, such as "endpoint". Where a caller has a choice of
// what to name one by, the sentence says by what.
func Missing(noun string) *Error {
	switch noun {
	case "application", "endpoint":
		return New(NotFound, "not_found", "No %s has this id or uid.", noun)
	case "message":
		return New(NotFound, "not_found", "No %s has this id or eventId.", noun)
	}
	return New(NotFound, "not_found", "There is no such %s.", noun)
}

// KindOf returns the kind of the first Error in err's chain, and Internal for any other error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of the first Error in err's chain, or the empty string.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
