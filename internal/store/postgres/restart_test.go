package postgres_test

import (
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// atOnce does many times everything that a server does with the connections of a store, and returns what failed.
func atOnce(t *testing.T, s *postgres.Store, p func() store.Publication) (failed []error) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, do := range []func() error{
		func() error { _, err := s.Publish(t.Context(), p()); return err },
		func() error { _, err := s.Members(t.Context()); return err },
		func() error {
			_, err := s.EventType(t.Context(), "none")
			if fault.KindOf(err) == fault.NotFound {
				return nil
			}
			return err
		},
		func() error { return s.Renew(t.Context(), store.Held{}) },
	} {
		for range 20 {
			all.Go(func() {
				if err := do(); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = append(failed, err)
				}
			})
		}
	}
	all.Wait()
	return failed
}

// A server that is restarted in a moment, or a proxy that turns to another one, ends connections that were in use just
// now. The first to ask is not the only one who must not notice.
func TestNoRequestMeetsAConnectionThatTheServerHasEnded(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	s, db := open(t, database), raw(t, database)
	a, ids := application(t, s), newIDs()
	next := func() store.Publication { return publication(a, ids) }
	for range 5 {
		if failed := atOnce(t, s, next); len(failed) > 0 {
			t.Fatal(failed[0])
		}

		for left := 1; left > 0; {
			err := db.QueryRowContext(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&left)
			check(t, err)
		}
		check(t, s.Check(t.Context(), clock.Clock{}.Now())) // as /readyz asks

		if failed := atOnce(t, s, next); len(failed) > 0 {
			t.Errorf("%d requests failed, the first with %v", len(failed), failed[0])
		}
	}
}
