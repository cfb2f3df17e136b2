package app_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/test/pg"
)

func TestMigrateUpFailsIfItsRoleMayNotMakeThePartitionsAskedFor(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	database := pg.URL(t)
	up := func(as string, ahead time.Duration) (string, error) {
		return app.MigrateUp(t.Context(), settingsOf(t, t.TempDir(), "POSTHORN_DATABASE_URL="+as).Config, ahead, clock.Clock{})
	}
	_, err := up(database, 0)
	check(t, err)
	as := nodesRole(t, database)

	_, err = up(as, 20*day)
	if fault.CodeOf(err) != "partitions_missing" || fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "run as the owner of the tables") {
		t.Errorf("got %v", err)
	}

	_, err = up(database, 20*day)
	check(t, err)
	about, err := up(as, 20*day)
	check(t, err)
	if until := time.Now().UTC().Truncate(day).AddDate(0, 0, 21).Format(time.DateOnly); !strings.Contains(about, until) {
		t.Errorf("there is no %s in %q", until, about)
	}
}

func TestPartitionsAheadAreRefusedForSQLite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")

	_, err := app.MigrateUp(t.Context(), settingsOf(t, dir).Config, 24*time.Hour, clock.Clock{})

	if fault.CodeOf(err) != "partitions_need_postgres" || fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the refused command made the data directory")
	}
}

// nodesRole makes a role that may read and write the rows but not make tables, and returns the URL of the database for it.
func nodesRole(t *testing.T, database string) string {
	t.Helper()
	name := pg.Name()
	statements := func(text string) {
		ctx := context.WithoutCancel(t.Context()) // also at the end of the test
		conn, err := pgx.Connect(ctx, database)
		check(t, err)
		defer conn.Close(ctx) //nolint:errcheck // nothing is lost
		_, err = conn.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol)
		check(t, err)
	}
	statements("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE " + name + " LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA public TO " + name +
		"; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + name)
	t.Cleanup(func() { statements("DROP OWNED BY " + name + "; DROP ROLE " + name) })
	u, err := url.Parse(database)
	check(t, err)
	u.User = url.UserPassword(name, "secret")
	return u.String()
}
