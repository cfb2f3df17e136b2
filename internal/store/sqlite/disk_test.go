package sqlite_test

import (
	"bytes"
	"context"
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

func TestACleanStopLeavesEverythingInTheOneFile(t *testing.T) {
	t.Parallel()
	path, copied := filepath.Join(t.TempDir(), "posthorn.db"), filepath.Join(t.TempDir(), "posthorn.db")
	s := open(t, path)
	stored := published(t, s, []byte(`{"amount": 42}`))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left := size(t, path+"-wal"); left != 0 {
		t.Errorf("the WAL has %d bytes", left)
	}
	copyFile(t, path, copied)

	second, err := sqlite.Open(t.Context(), copied, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := second.Message(t.Context(), stored.ApplicationKey, store.Ref{ID: stored.ID})

	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if err != nil || string(got.Payload) != `{"amount": 42}` || len(got.Targets) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTheFilesAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	published(t, open(t, path), []byte("{}"))

	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestADamagedFileIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}

	for name, try := range map[string]func() error{
		"open":   func() error { _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); return err },
		"beside": func() error { _, err := sqlite.Open(t.Context(), path, sqlite.Options{Beside: true}); return err },
		"schema": func() error { _, _, err := sqlite.Schema(t.Context(), path); return err },
	} {
		err := try()
		if fault.CodeOf(err) != "data_damaged" || !strings.Contains(err.Error(), "The file "+path+" is damaged") ||
			!strings.Contains(err.Error(), "a backup") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A reader that stays keeps the WAL from starting anew, and each commit stands alone, so that counting commits
// would not notice how long the WAL has become.
func TestTheWALIsShortenedWhenNobodyNeedsItAnyMore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	s := open(t, path)
	payload := bytes.Repeat([]byte("x"), 1<<18)
	release := holdSnapshot(t, path)
	for size(t, path+"-wal") <= 2*sqlite.WALKept {
		published(t, s, payload)
	}
	release()

	for i := 0; size(t, path+"-wal") > sqlite.WALKept; i++ {
		if i > 500 {
			t.Fatalf("the WAL has %d bytes", size(t, path+"-wal"))
		}
		published(t, s, payload)
	}
}

// holdSnapshot reads the database as it is now until the release.
func holdSnapshot(t *testing.T, path string) (release func()) {
	t.Helper()
	tx, err := reopen(t, path).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM run").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

func published(t *testing.T, s *sqlite.Store, payload []byte) hook.Message {
	t.Helper()
	m, err := publish(t.Context(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func publish(ctx context.Context, s *sqlite.Store, payload []byte) (hook.Message, error) {
	now := clock.Clock{}.Now()
	receipt, err := s.Publish(ctx, store.Publication{Message: hook.Message{
		ApplicationKey: 1, ID: id.NewSource(rand.Reader).New(now), EventType: "disk.used", Payload: payload,
		CreatedAt: now, PayloadUntil: now.AddDate(0, 0, 5), Targets: []hook.Key{1},
	}})
	return receipt.Message, err
}

// size returns how long a file is, zero if there is none.
func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
