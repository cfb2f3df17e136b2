package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/storetest"
	"github.com/posthorn/posthorn/test/pg"
)

func TestKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, fresh(t)) })
}

func TestKeepsTheContractOfSeveralPrograms(t *testing.T) {
	t.Parallel()
	storetest.RunNodes(t, func(t *testing.T) (first, second store.Store) {
		url := fresh(t)
		return openOnly(t, url), openOnly(t, url)
	})
}

func TestKeepsTheContractOfCommits(t *testing.T) {
	t.Parallel()
	storetest.RunCommits(t, func(t *testing.T, o storetest.CommitOptions) store.Store {
		s := openWith(t, postgres.Options{URL: fresh(t), Clock: o.Clock, MaxWaiting: o.MaxWaiting, Observer: o.Observer})
		check(t, s.Begin(t.Context(), store.Run{Key: 1, Window: 64, Lease: time.Minute}, clock.Clock{}.Now()))
		return s
	})
}

// fresh returns the URL of a database with the schema and nothing in it, which the test must leave as it is.
func fresh(tb testing.TB) string {
	tb.Helper()
	template.once.Do(func() {
		template.name = pg.Name()
		s, err := postgres.Open(tb.Context(), postgres.Options{URL: pg.Named(tb, template.name)})
		if err != nil {
			tb.Error(err)
			return
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return pg.Lend(tb, template.name)
}

var template struct { //nolint:gochecknoglobals // one for the tests of this package
	once sync.Once
	name string
}

// open opens a store for the length of a test and begins its run.
func open(tb testing.TB, url string) *postgres.Store {
	tb.Helper()
	s := openOnly(tb, url)
	run := store.Run{Key: 1, Window: 64, Lease: time.Minute}
	if err := s.Begin(tb.Context(), run, clock.Clock{}.Now()); err != nil {
		tb.Fatal(err)
	}
	return s
}

// openOnly opens a store whose run the test begins.
func openOnly(tb testing.TB, url string) *postgres.Store {
	tb.Helper()
	return openWith(tb, postgres.Options{URL: url})
}

func openWith(tb testing.TB, o postgres.Options) *postgres.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}
