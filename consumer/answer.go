package consumer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// StatusError is an error with the status that a synchronous consumer answers with. A status below 400, which would
// claim success, or above 599 counts as 500. The sender sees the status and nothing of the error.
type StatusError struct {
	Status int
	Err    error
}

// Error returns the text of the error.
func (e *StatusError) Error() string { return fmt.Sprintf("status %d: %v", e.Status, e.Err) }

// Unwrap returns the error.
func (e *StatusError) Unwrap() error { return e.Err }

// statusOf is the one place where the error of a function becomes a status.
func (c *Consumer) statusOf(err error) int {
	var own *StatusError
	switch {
	case !c.synchronous, errors.Is(err, context.DeadlineExceeded), errors.Is(err, errLedger):
		return http.StatusServiceUnavailable
	case errors.As(err, &own) && own.Status >= http.StatusBadRequest && own.Status <= 599:
		return own.Status
	}
	return http.StatusInternalServerError
}

// refusalStatus is the one place where a refusal becomes a status.
func (g *gate) refusalStatus(w http.ResponseWriter, err error) int {
	var reason provider.Reason
	if !errors.As(err, &reason) {
		return http.StatusServiceUnavailable
	}
	switch reason.Kind() {
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		if reason == provider.WrongMethod {
			w.Header().Set("Allow", strings.Join(g.methods(), ", "))
			return http.StatusMethodNotAllowed
		}
		return http.StatusUnsupportedMediaType
	}
	w.Header().Set("WWW-Authenticate", "Webhook") // RFC 9110, section 15.5.2, wants one
	return http.StatusUnauthorized
}

func (g *gate) methods() []string {
	if len(g.provider.Methods) == 0 {
		return []string{http.MethodPost}
	}
	return g.provider.Methods
}

// thank answers for an event that was taken, as the provider wants to hear it.
func (g *gate) thank(w http.ResponseWriter) {
	a := g.provider.Answer
	status, kind := a.Status, a.ContentType
	if status == 0 {
		status = http.StatusOK
	}
	if kind == "" {
		kind = provider.Text
	}
	answer(w, status, kind, []byte(a.Body))
}

// refuse answers a request that is no event of ours. The sender learns the reason, which holds nothing of any secret.
func (g *gate) refuse(ctx context.Context, w http.ResponseWriter, status int, err error) {
	g.log.InfoContext(ctx, "webhook refused", "status", status, "cause", err.Error())
	problem(w, status, codeOf(status, err))
}

// fail answers for an event that was not taken. What the error says is the owner's affair.
func (g *gate) fail(ctx context.Context, w http.ResponseWriter, e Event, status int, err error) {
	g.log.ErrorContext(ctx, "event not taken", "status", status, "id", e.ID, "type", e.Type, "cause", err.Error())
	problem(w, status, "not_taken")
}

func codeOf(status int, err error) string {
	var reason provider.Reason
	if errors.As(err, &reason) {
		return string(reason)
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// retryAfter is what a 503 says about when to try again, in seconds.
const retryAfter = "5"

func problem(w http.ResponseWriter, status int, code string) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		body = []byte("{}")
	}
	answer(w, status, provider.JSON, append(body, '\n'))
}

// answer writes an answer that no browser and no cache makes anything of: a stranger may have chosen a part of it.
func answer(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = w.Write(body) // the sender went away
	}
}
