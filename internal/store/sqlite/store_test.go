package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

func TestKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, filepath.Join(t.TempDir(), "posthorn.db"))
	})
}

func TestKeepsTheContractOfCommits(t *testing.T) {
	t.Parallel()
	storetest.RunCommits(t, func(t *testing.T, o storetest.CommitOptions) store.Store {
		return openWith(t, filepath.Join(t.TempDir(), "posthorn.db"),
			sqlite.Options{Clock: o.Clock, MaxWaiting: o.MaxWaiting, Observer: o.Observer})
	})
}

// open opens a store for the length of a test and begins its run.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	return openWith(t, path, sqlite.Options{})
}

func openWith(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Begin(t.Context(), store.Run{Key: 1, Window: 64}, clock.Clock{}.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}
