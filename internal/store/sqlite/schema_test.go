package sqlite_test

import (
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

func TestTheFileIsFlushedAtEveryCommit(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "posthorn.db"))

	d, err := s.Describe(t.Context())

	if err != nil || d.Durability != "journal_mode=wal synchronous=FULL" {
		t.Fatalf("got %q, %v", d.Durability, err)
	}
	settings, err := sqlite.WriterSettings(t.Context(), s)
	if err != nil || settings != "wal 2" {
		t.Fatalf("the writer has %q, %v", settings, err)
	}
}

func TestMigrationsGoUpAndDownAndUpAgain(t *testing.T) {
	t.Parallel()
	db := raw(t)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	before := schema(t, db)

	if _, err := p.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if left := schema(t, db); left != "" {
		t.Fatalf("down left something:\n%s", left)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}

	if after := schema(t, db); after != before || before == "" {
		t.Fatalf("got\n%s\nwant\n%s", after, before)
	}
}

// schema returns the statements that made the tables and indexes.
func schema(t *testing.T, db *sql.DB) string {
	t.Helper()
	var all string
	err := db.QueryRowContext(t.Context(), `SELECT ifnull(group_concat(sql, ';' ORDER BY name), '') FROM sqlite_schema
		WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestASchemaFromTheFutureIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	db := reopen(t, path)
	if _, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)"); err != nil {
		t.Fatal(err)
	}

	_, err := sqlite.Open(t.Context(), path, sqlite.Options{})

	if fault.CodeOf(err) != "schema_too_new" {
		t.Fatalf("got %v", err)
	}
	var version int
	if err := db.QueryRowContext(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&version); err != nil || version != 9000 {
		t.Fatalf("the schema is now %d, %v", version, err)
	}
}

func TestDatabaseOpenedBesideAnotherProcessKeepsItsSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path)

	second, err := sqlite.Open(t.Context(), path, sqlite.Options{Beside: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	_, err = sqlite.Open(t.Context(), empty, sqlite.Options{Beside: true})
	if fault.CodeOf(err) != "schema_differs" {
		t.Errorf("got %v", err)
	}
	if left := schema(t, reopen(t, empty)); left != "" {
		t.Errorf("it made\n%s", left)
	}
}

func TestSchemaSaysWhatThereIsAndWhatIsWanted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before, want, err := sqlite.Schema(t.Context(), path)
	if err != nil || before != 0 || want < 1 {
		t.Fatalf("got %d and %d, %v", before, want, err)
	}
	open(t, path)

	after, _, err := sqlite.Schema(t.Context(), path)

	if err != nil || after != want {
		t.Errorf("got %d, want %d, %v", after, want, err)
	}
}

func TestWhatWasStoredIsThereAfterReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	first := open(t, path)
	now := clock.Clock{}.Now()
	stored, err := first.CreateApplication(t.Context(),
		hook.Application{ID: id.NewSource(rand.Reader).New(now), Name: "Acme", CreatedAt: now, UpdatedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := second.ApplicationByKey(t.Context(), stored.Key)

	if err != nil || got.ID != stored.ID {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAFilledDatabaseGoesDownAndUpAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	openOnly := func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	storetest.RunUpgrade(t, openOnly, func(t *testing.T) {
		_, want, err := sqlite.Schema(t.Context(), path)
		if err == nil {
			err = sqlite.MigrateDown(t.Context(), path, want-1)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}
