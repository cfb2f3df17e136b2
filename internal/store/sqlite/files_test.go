package sqlite_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

func TestWritesAreRefusedOnceAFileOfTheDatabaseIsGoneOrAnother(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		for _, replace := range []bool{false, true} {
			path, s := openHolding(t)
			published(t, s, []byte("{}"))
			must(t, os.Remove(path+suffix))
			if replace {
				must(t, os.WriteFile(path+suffix, []byte("another"), 0o600))
			}

			intact := s.Intact()
			_, publish := publish(t.Context(), s, []byte("{}"))
			_, again := s.CreateApplication(t.Context(), acme())
			check := s.Check(t.Context(), clock.Clock{}.Now())

			for what, err := range map[string]error{"publish": publish, "write": again, "health": check, "Intact": intact} {
				isReplaced(t, what+" without posthorn.db"+suffix, err)
			}
			must(t, s.Close())
			if _, err := os.Stat(path + suffix); !replace && err == nil {
				t.Errorf("posthorn.db%s was made again", suffix)
			} else if replace && err != nil {
				t.Errorf("the new posthorn.db%s was touched: %v", suffix, err)
			}
		}
	}
}

// The file is removed inside the transaction, after every look at it that came before.
func TestWhatIsCommittedIntoARemovedFileIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	path, s := openHolding(t)
	a, err := s.CreateApplication(t.Context(), acme())
	must(t, err)

	_, err = s.UpdateApplication(t.Context(), store.Ref{UID: a.UID}, func(*hook.Application) error { return os.Remove(path) })

	isReplaced(t, "the update", err)
}

func TestFilesThatArePutBackAreWrittenAgain(t *testing.T) {
	t.Parallel()
	path, s := openHolding(t)
	aside := filepath.Join(t.TempDir(), "aside")
	must(t, os.Rename(path, aside))
	_, err := publish(t.Context(), s, []byte("{}"))
	isReplaced(t, "the publish", err)

	must(t, os.Rename(aside, path))

	published(t, s, []byte("{}"))
	must(t, s.Intact())
}

func TestNoConnectionMakesADatabaseInThePlaceOfARemovedOne(t *testing.T) {
	t.Parallel()
	path, s := openHolding(t)
	must(t, os.Remove(path))

	_, _ = s.Tokens(t.Context()) // on a connection that is opened only now

	if _, err := os.Stat(path); err == nil {
		t.Error("there is a database again")
	}
}

// openHolding opens a database with a lock file beside it.
func openHolding(t *testing.T) (path string, s *sqlite.Store) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "posthorn.db")
	lock, err := os.Create(path + ".lock") // open until the end, as a lock is: else another file may get its number
	must(t, err)
	t.Cleanup(func() { must(t, lock.Close()) })
	s, err = sqlite.Open(t.Context(), path, sqlite.Options{Held: []string{path + ".lock"}})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Begin(t.Context(), store.Run{Key: 1, Window: 64}, clock.Clock{}.Now()))
	return path, s
}

func acme() hook.Application {
	now := clock.Clock{}.Now()
	return hook.Application{ID: id.NewSource(rand.Reader).New(now), UID: "acme", Name: "Acme", CreatedAt: now, UpdatedAt: now}
}

func isReplaced(t *testing.T, what string, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != "data_replaced" {
		t.Errorf("%s: got %v", what, err)
	} else if !strings.Contains(err.Error(), "put the same files back") || !strings.Contains(err.Error(), "/proc/PID/fd") {
		t.Errorf("%s: it does not say how to get the files back: %v", what, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
