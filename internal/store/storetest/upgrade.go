package storetest

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// RunUpgrade fills a database, takes its schema back by one migration, as for an older program, and up again, and
// checks that everything which the older schema can keep is as it was. open opens the database, in which no run
// was begun; down takes the schema of the closed one back.
func RunUpgrade(t *testing.T, open func(t *testing.T) store.Store, down func(t *testing.T)) {
	t.Helper()
	filled := begun(t, open(t), 1)
	e := filled.fill()
	before := filled.content()
	check(t, filled.Close())

	down(t)
	again := begun(t, open(t), 2)
	after := again.content()

	equal(t, strings.Split(after, "\n"), strings.Split(before, "\n"))
	leased, err := again.Lease(t.Context(), e.Key, filled.now.Add(2*time.Hour), 10)
	check(t, err)
	equal(t, len(leased), 1)
	m := again.message(again.application(), nil, carrying(loaded())) // in a table that was there before the last migration
	equal(t, again.carries(m), loaded())
}

func begun(t *testing.T, s store.Store, run hook.Key) *fixture {
	t.Helper()
	f := newFixture(t, s)
	check(t, s.Begin(t.Context(), store.Run{Key: run, Window: 10, Lease: time.Minute}, f.now))
	return f
}

// fill stores a bit of everything and returns an endpoint for which one delivery waits.
func (f *fixture) fill() hook.Endpoint {
	f.t.Helper()
	a := f.application(func(a *hook.Application) { a.UID, a.Metadata = "acme", map[string]string{"plan": "gold"} })
	e := f.endpoint(a, func(e *hook.Endpoint) { e.Channels, e.Headers = []string{"eu"}, []byte("sealed headers") })
	f.token(a.Key)
	_, err := f.CreateEventType(f.t.Context(), hook.EventType{Name: "invoice.paid", Schemas: []byte("{}"), CreatedAt: f.now, UpdatedAt: f.now})
	check(f.t, err)
	whole := func(a *hook.Attempt) { a.Truncated = hook.NotTruncated } // the older schema keeps nothing else
	f.attempt(f.message(a, []hook.Endpoint{e}), e, hook.Succeeded, whole)
	f.attempt(f.message(a, []hook.Endpoint{e}), e, hook.Failed, whole)
	f.settle(f.message(a, []hook.Endpoint{e}), e, hook.Failed, hook.Delivery{State: hook.Exhausted}, whole)
	_, err = f.Publish(f.t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(f.t, err)
	return e
}

// content returns everything that the store remembers, as text.
func (f *fixture) content() string {
	f.t.Helper()
	var all strings.Builder
	ctx := f.t.Context()
	err := f.Snapshot(ctx, store.Extent{History: true, Now: f.now}, func(s store.Snapshot) error {
		write(f.t, &all, s.EventTypes(ctx))
		write(f.t, &all, s.Applications(ctx))
		write(f.t, &all, s.Endpoints(ctx))
		write(f.t, &all, s.Tokens(ctx))
		write(f.t, &all, s.Messages(ctx))
		write(f.t, &all, s.Deliveries(ctx))
		write(f.t, &all, s.Attempts(ctx))
		write(f.t, &all, s.Claims(ctx))
		write(f.t, &all, s.Tallies(ctx))
		return nil
	})
	check(f.t, err)
	return all.String()
}

func write[T any](t *testing.T, to *strings.Builder, walk iter.Seq2[T, error]) {
	t.Helper()
	n := 0
	for row, err := range walk {
		check(t, err)
		fmt.Fprintf(to, "%+v\n", row)
		n++
	}
	if n == 0 {
		t.Errorf("there is no %T to compare", *new(T))
	}
}
