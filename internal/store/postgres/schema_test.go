package postgres_test

import (
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver, for goose
	"github.com/pressly/goose/v3"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/storetest"
	"github.com/posthorn/posthorn/test/pg"
)

func TestMigrationsGoUpAndDownAndUpAgain(t *testing.T) {
	t.Parallel()
	db := raw(t, pg.URL(t))
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	check(t, err)
	_, err = p.Up(t.Context())
	check(t, err)
	before := schema(t, db)

	_, err = p.DownTo(t.Context(), 0)
	check(t, err)
	left := schema(t, db)
	_, err = p.Up(t.Context())
	check(t, err)

	if left != "" {
		t.Errorf("down left %s", left)
	}
	if after := schema(t, db); after != before || before == "" {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}

// schema returns the columns and indexes that there are.
func schema(t *testing.T, db *sql.DB) (all string) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), `SELECT coalesce(string_agg(said, E'\n' ORDER BY said), '') FROM (
		SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name) AS said FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%') AS everything`).Scan(&all)
	check(t, err)
	return all
}

func raw(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestASchemaFromTheFutureIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	check(t, openOnly(t, url).Close())
	_, err := raw(t, url).ExecContext(t.Context(), "INSERT INTO posthorn_schema_version (version_id, is_applied) VALUES (9000, true)")
	check(t, err)

	_, err = postgres.Open(t.Context(), postgres.Options{URL: url})

	if fault.CodeOf(err) != "schema_too_new" {
		t.Fatalf("got %v", err)
	}
}

func TestProgramsThatStartAtOnceOnAnEmptyDatabaseAllDo(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	var starting sync.WaitGroup
	for range 5 {
		starting.Go(func() {
			s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()

	have, want, err := postgres.Schema(t.Context(), postgres.Options{URL: url})

	if err != nil || have != want {
		t.Errorf("got schema %d, want %d, %v", have, want, err)
	}
}

func TestAMigrationMayTakeLongerThanATransactionMaySayNothing(t *testing.T) {
	t.Parallel()
	o := postgres.Options{URL: pg.URL(t)}
	check(t, openOnly(t, o.URL).Close())
	check(t, postgres.MigrateDown(t.Context(), o, 2)) // the next one changes a table that is there
	db := raw(t, o.URL)
	long, err := db.BeginTx(t.Context(), nil)
	check(t, err)
	_, err = long.ExecContext(t.Context(), "LOCK TABLE heartbeat")
	check(t, err)
	released := make(chan error, 1)
	time.AfterFunc(6*time.Second, func() { released <- long.Commit() })

	s, err := postgres.Open(t.Context(), o)

	check(t, err)
	check(t, s.Close())
	check(t, <-released)
}

func TestADatabaseThatIsNotToBeMigratedStaysAsItIs(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)

	_, err := postgres.Open(t.Context(), postgres.Options{URL: url, NoMigrate: true})

	if fault.CodeOf(err) != "schema_differs" {
		t.Errorf("got %v", err)
	}
	if left := schema(t, raw(t, url)); left != "" {
		t.Errorf("it made\n%s", left)
	}
}

func TestThePasswordIsInNoError(t *testing.T) {
	t.Parallel()
	const password = "tr0mb0ne"
	for _, url := range []string{
		"postgres://user:" + password + "@127.0.0.1:1/x?sslmode=disable",
		"postgres://user:" + password + "@127.0.0.1:port/x",
		"postgres://user:" + password + "%zz@127.0.0.1/x",
		"host=127.0.0.1 password=" + password + " port=port",
	} {
		_, err := postgres.Open(t.Context(), postgres.Options{URL: url})
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAFilledDatabaseGoesDownAndUpAgain(t *testing.T) {
	t.Parallel()
	o := postgres.Options{URL: pg.URL(t)}
	storetest.RunUpgrade(t, func(t *testing.T) store.Store { return openOnly(t, o.URL) }, func(t *testing.T) {
		_, want, err := postgres.Schema(t.Context(), o)
		check(t, err)
		alive := postgres.MigrateDown(t.Context(), o, want-1)
		_, err = raw(t, o.URL).ExecContext(t.Context(), "UPDATE run SET ended_at = seen_at")
		check(t, err)

		check(t, postgres.MigrateDown(t.Context(), o, want-1))

		if fault.CodeOf(alive) != "nodes_alive" {
			t.Errorf("while a node was alive: %v", alive)
		}
	})
}
