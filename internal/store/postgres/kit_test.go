package postgres_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// newIDs returns a source of times with ids made at them.
func newIDs() func() (time.Time, id.ID) {
	source := id.NewSource(rand.Reader)
	return func() (time.Time, id.ID) {
		now := clock.Clock{}.Now()
		return now, source.New(now)
	}
}

// application stores an application.
func application(t *testing.T, s *postgres.Store) hook.Application {
	t.Helper()
	now, made := newIDs()()
	a, err := s.CreateApplication(t.Context(), hook.Application{ID: made, Name: "Acme", CreatedAt: now, UpdatedAt: now})
	check(t, err)
	return a
}

// publication makes a publication to the endpoints.
func publication(a hook.Application, ids func() (time.Time, id.ID), targets ...hook.Key) store.Publication {
	now, made := ids()
	return store.Publication{Message: hook.Message{ApplicationKey: a.Key, ID: made, EventType: "invoice.paid", Payload: []byte("{}"),
		CreatedAt: now, PayloadUntil: now.Add(hook.MaxPayloadLife), Targets: targets}}
}

// keys runs a query for numbers.
func keys(t *testing.T, database, query string) []hook.Key {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	check(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // nothing is lost
	rows, err := conn.Query(t.Context(), query)
	check(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[hook.Key])
	check(t, err)
	return all
}
