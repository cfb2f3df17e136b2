package consumer

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// Middleware returns what puts verification, handshakes and recognition of repetitions in front of a handler that you
// have already. The handler gets the body again and the event through FromContext. It answers itself: with 2xx the event
// counts as taken. Its context ends at the deadline, but it must see to it that it answers in time.
//
// Routes, Fallback and Synchronous of the Config have no meaning here.
func Middleware(c Config) (func(http.Handler) http.Handler, error) {
	g, err := newGate(c)
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.pass(w, r, next) })
	}, nil
}

// FromContext returns the event that a Middleware let in.
func FromContext(ctx context.Context) (Event, bool) {
	e, ok := ctx.Value(eventKey{}).(Event)
	return e, ok
}

type eventKey struct{}

// pass lets an event through to a handler.
func (g *gate) pass(w http.ResponseWriter, r *http.Request, next http.Handler) {
	defer g.rescue(w)
	ctx, cancel := context.WithTimeout(r.Context(), g.deadline)
	defer cancel()
	e, ok := g.open(ctx, w, r)
	if !ok {
		return
	}
	leave, err := g.desk.enter(ctx, e.Key)
	if err != nil {
		g.fail(ctx, w, e, http.StatusServiceUnavailable, err)
		return
	}
	defer leave()
	seen, err := g.seen(ctx, e)
	switch {
	case err != nil:
		g.fail(ctx, w, e, http.StatusServiceUnavailable, err)
	case seen:
		g.thank(w)
	default:
		g.give(ctx, w, r, e, next)
	}
}

// give calls the handler and looks at its answer.
func (g *gate) give(ctx context.Context, w http.ResponseWriter, r *http.Request, e Event, next http.Handler) {
	watched := &watch{ResponseWriter: w}
	defer g.catch(ctx, watched)
	again := r.WithContext(context.WithValue(ctx, eventKey{}, e))
	again.Body = io.NopCloser(bytes.NewReader(e.Body))
	again.ContentLength = int64(len(e.Body))
	next.ServeHTTP(watched, again)
	if status := watched.status; status == 0 || status >= 200 && status < 300 {
		g.mark(ctx, e)
	}
}

// catch answers for a handler that panicked. http.ErrAbortHandler is a way to answer and goes on.
func (g *gate) catch(ctx context.Context, w *watch) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler || w.status != 0 { //nolint:errorlint // net/http compares it like this
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	g.log.ErrorContext(ctx, "handler panicked", "value", p)
	problem(w, http.StatusServiceUnavailable, "internal")
}

// watch remembers the status.
type watch struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *watch) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // 1xx is not the answer yet
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watch) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find the writer.
func (w *watch) Unwrap() http.ResponseWriter { return w.ResponseWriter }
