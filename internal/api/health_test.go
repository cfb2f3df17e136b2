package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
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
	run := func(name string) store.Run { return store.Run{Lease: 30 * time.Second, Node: store.Node{Name: name}} }
	return []store.Member{
		{Run: run("north"), SeenAt: time.Unix(2e9, 0), Held: store.Held{Queued: 3, Wire: 2}, Own: true},
		{Run: run("south"), SeenAt: time.Unix(2e9-31, 0)},
	}, nil
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

func TestHealthSaysWhyAPublishWouldBeRefused(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	refusal := fault.New(fault.Unavailable, "database_not_durable", "Turn fsync on.")

	got := examined(&engine{full: refusal}, &now)(t.Context())

	if got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), "Turn fsync on.") {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}

// scopes knows tokens by the scope that they are called after.
type scopes struct{ echo }

func (scopes) Authenticate(_ context.Context, bearer string) (auth.Identity, error) {
	if bearer == "unknown" {
		return auth.Identity{}, fault.New(fault.Unauthenticated, "authentication_failed", "No.")
	}
	return auth.Identity{Scope: hook.Scope(bearer)}, nil
}

func TestHealthSaysWhatEachNodeHoldsToThoseWhoMayListThem(t *testing.T) {
	t.Parallel()
	h := api.New(api.Config{
		Engine: &engine{}, Auth: scopes{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler), Clock: clock.Clock{},
	}).Handler()
	for authorization, want := range map[string]bool{
		"": false, "Bearer unknown": false, "Bearer portal": false, "Bearer application": false, "Basic server": false, "Bearer server": true,
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/health", nil)
		r.Header.Set("Authorization", authorization)

		h.ServeHTTP(w, r)

		var got api.HealthOut
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Nodes != 2 {
			t.Fatalf("%q: %d %s", authorization, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "held") != want || strings.Contains(w.Body.String(), "north") != want {
			t.Errorf("%q: %s", authorization, w.Body)
		}
		if !want {
			continue
		}
		north, south := got.Held[0], got.Held[1]
		if north.Name != "north" || !north.Alive || north.Queued != 3 || north.InFlight != 2 || south.Name != "south" || south.Alive ||
			!south.SeenAt.Equal(time.Unix(2e9-31, 0)) {
			t.Errorf("got %+v and %+v", north, south)
		}
	}
}
