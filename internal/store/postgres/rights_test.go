package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

// role makes a role that may only log in, and returns its name and the URL of the database for it.
func role(t *testing.T, database string) (name, as string) {
	t.Helper()
	name = pg.Name()
	run(t, database, "CREATE ROLE "+name+" LOGIN PASSWORD 'secret'")
	t.Cleanup(func() { run(t, database, "DROP OWNED BY "+name+"; DROP ROLE "+name) })
	u, err := url.Parse(database)
	check(t, err)
	u.User = url.UserPassword(name, "secret")
	return name, u.String()
}

// run runs statements, as the superuser of the tests unless the URL names another.
func run(t *testing.T, database, statements string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also at the end of a test
	conn, err := pgx.Connect(ctx, database)
	check(t, err)
	defer conn.Close(ctx) //nolint:errcheck // nothing is lost
	if _, err := conn.Exec(ctx, statements, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// refuses checks that the database is refused with a code and that the text has all of the words.
func refuses(t *testing.T, o postgres.Options, code string, words ...string) {
	t.Helper()
	s, err := postgres.Open(t.Context(), o)
	if err == nil {
		check(t, s.Close())
		t.Fatal("it opened")
	}
	if fault.CodeOf(err) != code || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got code %q: %v", fault.CodeOf(err), err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("there is no %q in %v", word, err)
		}
	}
}

func TestARoleThatMayNotCreateTablesIsToldWhatToGrant(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	run(t, database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	name, as := role(t, database)

	refuses(t, postgres.Options{URL: as}, "database_rights", "GRANT CREATE ON SCHEMA public TO "+name)

	run(t, database, "GRANT CREATE ON SCHEMA public TO "+name)
	check(t, openOnly(t, as).Close())
}

func TestARoleThatDoesNotOwnTheTablesIsAdvisedToMigrateAsTheirOwner(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	check(t, openOnly(t, database).Close())
	check(t, postgres.MigrateDown(t.Context(), postgres.Options{URL: database}, 16))
	run(t, database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	name, as := role(t, database)
	run(t, database, running(name))

	refuses(t, postgres.Options{URL: as}, "database_rights", "run `posthorn migrate up` as their owner", "belong to the role")
}

func TestARoleThatMayNotUseItsSchemaIsAdvisedToGrantUsage(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	name, as := role(t, database)
	run(t, database, `REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SCHEMA "Post horn"`)

	refuses(t, postgres.Options{URL: as}, "database_rights", "GRANT USAGE ON SCHEMA public TO "+name)
	refuses(t, postgres.Options{URL: as + "&search_path=%22Post%20horn%22"}, "database_rights", `GRANT USAGE ON SCHEMA "Post horn" TO `+name)
}

func TestAWrongParameterOfTheURLIsNamedWithoutThePassword(t *testing.T) {
	t.Parallel()
	for parameters, reason := range map[string]string{
		"sslmode=foo": "sslmode is invalid", "sslmode=verify-full&sslrootcert=/nowhere": "/nowhere", "pool_max_conns=some": "pool_max_conns",
	} {
		_, err := postgres.Open(t.Context(), postgres.Options{URL: "postgres://hook:hu%40nter2@127.0.0.1:1/none?password=hu%40nter2&sslpassword=hu%40nter2&" + parameters})
		if fault.CodeOf(err) != "database_url" || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "nter2") {
			t.Errorf("%s: got %v", parameters, err)
		}
	}
	for _, broken := range []string{"postgres://hook:hu/nter2@127.0.0.1/none?sslmode=foo", "postgres://hook:12/nter2@127.0.0.1/none?sslmode=foo"} {
		if _, err := postgres.Open(t.Context(), postgres.Options{URL: broken}); err == nil || strings.Contains(err.Error(), "nter2") {
			t.Errorf("%s: got %v", broken, err)
		}
	}
}

func TestARoleWithoutASchemaIsToldToMakeOne(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	name, as := role(t, database)
	run(t, database, "ALTER ROLE "+name+" SET search_path = nowhere")

	refuses(t, postgres.Options{URL: as}, "database_schema", "CREATE SCHEMA")
}

func TestATableOfAnotherProgramIsNamedAndLeftAlone(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	run(t, database, "CREATE TABLE message (text text); INSERT INTO message VALUES ('of another program')")

	refuses(t, postgres.Options{URL: database}, "database_occupied", `"message" already exists`, "search_path")

	run(t, database, "CREATE SCHEMA posthorn")
	s := openOnly(t, database+"&search_path=posthorn")
	check(t, s.Begin(t.Context(), store.Run{Key: 1, Window: 64, Lease: time.Minute}, clock.Clock{}.Now()))
	application(t, s)
}

func TestAVersionTableOfAnotherProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	run(t, database, `CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (20240101000000, true)`)

	check(t, openOnly(t, database).Close())

	if got := keys(t, database, "SELECT version_id FROM goose_db_version"); len(got) != 1 || got[0] != 20240101000000 {
		t.Errorf("the other table has %v", got)
	}
}

func TestAVersionTableOfEarlierProgramsIsRenamedAndBack(t *testing.T) {
	t.Parallel()
	o := postgres.Options{URL: pg.URL(t)}
	check(t, openOnly(t, o.URL).Close())
	check(t, postgres.MigrateDown(t.Context(), o, 5))
	if got := keys(t, o.URL, "SELECT max(version_id) FROM goose_db_version"); got[0] != 5 {
		t.Errorf("programs of schema 5 find schema %v", got)
	}
	have, want, err := postgres.Schema(t.Context(), o)
	check(t, err)
	if have != 5 {
		t.Errorf("found schema %d", have)
	}

	check(t, openOnly(t, o.URL).Close())

	if got := keys(t, o.URL, "SELECT max(version_id) FROM posthorn_schema_version"); int64(got[0]) != want {
		t.Errorf("the version is %v, want %d", got, want)
	}
	if got := keys(t, o.URL, "SELECT count(*) FROM pg_class WHERE relname = 'goose_db_version'"); got[0] != 0 {
		t.Error("the former table is there too")
	}
}

func TestASchemaThatStepsInFrontDoesNotTakeThePlaceOfTheTables(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	name, as := role(t, database)
	run(t, database, "GRANT CREATE, USAGE ON SCHEMA public TO "+name)
	s := open(t, as)
	a := application(t, s)

	run(t, database, "CREATE SCHEMA "+name+" AUTHORIZATION "+name) // "$user" stands in front of public
	run(t, as, "CREATE TABLE application (LIKE public.application)")

	for what, s := range map[string]*postgres.Store{"connections of before": s, "a program that starts": openOnly(t, as)} {
		if found, err := s.ApplicationByKey(t.Context(), a.Key); err != nil || found.ID != a.ID {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestARoleThatCannotMakePartitionsWorksAsLongAsThereAreSome(t *testing.T) {
	t.Parallel()
	owner := pg.URL(t)
	s := openWith(t, postgres.Options{URL: owner, DaysAhead: 30})
	name, as := role(t, owner)
	run(t, owner, "REVOKE CREATE ON SCHEMA public FROM PUBLIC; "+running(name))
	_, ownerMakes, err := s.Partitions(t.Context())
	check(t, err)

	limited := open(t, as)
	until, makes, err := limited.Partitions(t.Context())
	check(t, err)
	publish(t, limited, publication(application(t, limited), newIDs()))
	now := clock.Clock{}.Now()
	_, purge := limited.Purge(t.Context(), now.Add(-90*day), now, 100)

	if days := until.Sub(now) / day; days < 29 || days > 31 || makes || !ownerMakes {
		t.Errorf("tables for %d days; the limited role can make more: %t, the owner: %t", days, makes, ownerMakes)
	}
	check(t, purge)
	missing := "DROP TABLE received_p" + now.Format("20060102")
	run(t, owner, missing)
	refusesToBegin(t, as, "partitions_missing", "--partitions-ahead")
}

// running are the rights of a role that runs nodes and does not own the tables, as the guide on scaling lists them.
func running(name string) string {
	return "GRANT USAGE ON SCHEMA public TO " + name + "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + name
}

func refusesToBegin(t *testing.T, database, code, word string) {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Options{URL: database, NoMigrate: true})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	err = s.Begin(t.Context(), store.Run{Key: 2, Window: 64, Lease: time.Minute}, clock.Clock{}.Now())
	if fault.CodeOf(err) != code || fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), word) {
		t.Errorf("got %v", err)
	}
}

func TestAPoolerThatLosesPreparedStatementsIsNamedWithTheParameterToAdd(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pg.URL(t))
	check(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // nothing is lost
	said := func(statement string) error {
		_, err := conn.Exec(t.Context(), statement, pgx.QueryExecModeSimpleProtocol)
		return err
	}

	for state, err := range map[string]error{
		"26000": said("EXECUTE of_another_connection"), "42P05": said("PREPARE twice AS SELECT 1; PREPARE twice AS SELECT 1"),
		"08P01": &pgconn.PgError{Code: "08P01", Message: "bind message supplies 1 parameters, but prepared statement requires 2"},
	} {
		got := postgres.Translate("ask", err)
		if fault.CodeOf(got) != "database_pooler" || fault.KindOf(got) != fault.Unavailable || !strings.Contains(got.Error(), "default_query_exec_mode") {
			t.Errorf("%s: got %v", state, got)
		}
	}
}
