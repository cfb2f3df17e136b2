package api_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// engine is a database that can be written, or not.
type engine struct {
	full   error
	checks int
}

func (e *engine) Check(ctx context.Context, _ time.Time) error {
	e.checks++
	return errors.Join(ctx.Err(), e.full)
}

func (e *engine) Describe(ctx context.Context) (store.Description, error) {
	return store.Description{Engine: "sqlite"}, ctx.Err()
}

func (e *engine) Members(context.Context) ([]store.Member, error) {
	return []store.Member{{Run: store.Run{Node: store.Node{Name: "north"}}, Own: true}}, nil
}

// examined is an API over the engine and a function that asks for its health.
func examined(e *engine, now *time.Time) func(context.Context) *httptest.ResponseRecorder {
	h := api.New(api.Config{
		Engine: e, Auth: echo{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler),
		Clock: clock.Func(func() time.Time { return *now }),
	}).Handler()
	return func(ctx context.Context) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/health", nil))
		return w
	}
}

func TestHealthDoesNotDependOnWhoAskedFirst(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	ask := examined(&engine{}, &now)
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()

	ask(gone)
	got := ask(t.Context())

	if got.Code != http.StatusOK {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}

func TestHealthSaysThatTheDatabaseCannotBeWrittenAndAsksOnceASecond(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	e := &engine{full: errors.New("disk full")}
	ask := examined(e, &now)

	first, again := ask(t.Context()), ask(t.Context())
	checks := e.checks
	e.full, now = nil, now.Add(time.Second)
	later := ask(t.Context())

	if first.Code != http.StatusServiceUnavailable || !strings.Contains(first.Body.String(), "The database cannot be written.") ||
		again.Code != first.Code || checks != 1 || later.Code != http.StatusOK {
		t.Errorf("got %d %s, then %d after %d checks, then %d", first.Code, first.Body, again.Code, checks, later.Code)
	}
}
