package consumer_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/consumer"
)

func behind(t *testing.T, next http.HandlerFunc) http.Handler {
	t.Helper()
	wrap, err := consumer.Middleware(consumer.Config{Provider: "github", Secrets: []consumer.Secret{secret}})
	check(t, err)
	return wrap(next)
}

func TestMiddlewareGivesTheBodyAndTheEvent(t *testing.T) {
	t.Parallel()
	calls := 0
	h := behind(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, err := io.ReadAll(r.Body)
		check(t, err)
		e, ok := consumer.FromContext(r.Context())
		equal(t, "event", ok && e.Type == "push" && string(e.Body) == `{"n":1}`, true)
		equal(t, "body", string(body), `{"n":1}`)
		equal(t, "flush", http.NewResponseController(w).Flush(), nil)
		w.WriteHeader(http.StatusAccepted)
	})

	equal(t, "forged", send(h, with(push(`{"n":1}`), "X-Hub-Signature-256", "sha256=00")).Code, http.StatusUnauthorized)
	equal(t, "first", send(h, push(`{"n":1}`)).Code, http.StatusOK) // the flush has answered
	equal(t, "again", send(h, push(`{"n":1}`)).Code, http.StatusOK)
	equal(t, "calls", calls, 1)
}

func TestMiddlewareBelievesOnlySuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first func(http.ResponseWriter)
		want  int
		calls int
	}{
		"silence":   {func(http.ResponseWriter) {}, 200, 1},
		"a text":    {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "ok") }, 200, 1},
		"a failure": {func(w http.ResponseWriter) { w.WriteHeader(500) }, 500, 2},
		"elsewhere": {func(w http.ResponseWriter) { w.WriteHeader(302) }, 302, 2},
		"hints":     {func(w http.ResponseWriter) { w.WriteHeader(103); w.WriteHeader(500) }, 103, 2}, // the recorder takes the first
		"a panic":   {func(http.ResponseWriter) { panic("bug") }, 503, 2},
	} {
		calls := 0
		h := behind(t, func(w http.ResponseWriter, _ *http.Request) {
			if calls++; calls == 1 {
				c.first(w)
			}
		})

		equal(t, name, send(h, push(`{}`)).Code, c.want)
		equal(t, name+": again", send(h, push(`{}`)).Code, http.StatusOK)
		equal(t, name+": calls", calls, c.calls)
	}
}

func TestMiddlewareLetsAnAbortThrough(t *testing.T) {
	t.Parallel()
	for name, abort := range map[string]func(http.ResponseWriter){
		"asked for":      func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter) { _, _ = io.WriteString(w, "{"); panic("bug") },
	} {
		h := behind(t, func(w http.ResponseWriter, _ *http.Request) { abort(w) })
		func() {
			defer func() { equal(t, name, recover(), any(http.ErrAbortHandler)) }()
			send(h, push(`{}`))
		}()
	}
	if _, err := consumer.Middleware(consumer.Config{Provider: "github"}); err == nil {
		t.Error("a middleware without a secret was built")
	}
}
