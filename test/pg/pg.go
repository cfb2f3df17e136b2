// Package pg gives tests a PostgreSQL of their own: a private server with production's settings, which ends with
// the test process however that ends, and in it a fresh database for whoever asks. It exists so that no
// test of the shared engine depends on what somebody has installed and filled.
package pg

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Setting is the environment variable with the URL of a server to use instead of a private one. Its user must be
// allowed to create databases.
const Setting = "POSTHORN_TEST_POSTGRES_URL"

// URL returns the URL of an empty database that is dropped when the test ends.
func URL(tb testing.TB) string {
	tb.Helper()
	return Copy(tb, "template0")
}

// Copy returns the URL of a new copy of a database on the shared server. Nobody may be connected to the original.
func Copy(tb testing.TB, original string) string {
	tb.Helper()
	server := shared(tb)
	name := Name()
	server.exec(tb, "CREATE DATABASE "+name+" TEMPLATE "+original)
	tb.Cleanup(func() { server.exec(tb, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return server.URL(name)
}

// Lend returns the URL of a copy of a database that other tests had and will have: its tables are emptied when the
// test ends, which takes a hundredth of the time of a new one. Tests that change tables want Copy.
func Lend(tb testing.TB, original string) string {
	tb.Helper()
	server := shared(tb)
	name := spare.take(original)
	if name == "" {
		name = Name()
		server.exec(tb, "CREATE DATABASE "+name+" TEMPLATE "+original)
	}
	tb.Cleanup(func() {
		server.execIn(tb, name, emptyAll)
		spare.give(original, name)
	})
	return server.URL(name)
}

// emptyAll deletes all rows but the number of the schema, and the tables of days long ago that a test has made: the
// next would see them go.
const emptyAll = `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relispartition AND c.relkind = 'r' AND c.relname ~ '_p[0-9]{8}$'
		AND to_date(right(c.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - 1
	LOOP EXECUTE 'DROP TABLE ' || name; END LOOP;
	FOR name IN SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('posthorn_schema_version', 'goose_db_version')
	LOOP EXECUTE 'DELETE FROM ' || name; END LOOP; END $$`

// spares are databases that nobody has right now, by what they are copies of.
type spares struct {
	mu   sync.Mutex
	free map[string][]string
}

func (s *spares) take(original string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	free := s.free[original]
	if len(free) == 0 {
		return ""
	}
	s.free[original] = free[1:]
	return free[0]
}

func (s *spares) give(original, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free = map[string][]string{}
	}
	s.free[original] = append(s.free[original], name)
}

// Named creates a database of this name for the life of the process, to be copied, and returns its URL.
func Named(tb testing.TB, name string) string {
	tb.Helper()
	server := shared(tb)
	server.exec(tb, "CREATE DATABASE "+name+" TEMPLATE template0")
	return server.URL(name)
}

// Name returns a name for a database that no other test has.
func Name() string { return fmt.Sprintf("posthorn_test_%d_%d", os.Getpid(), counter.Add(1)) }

// The tests of a package share one server, which costs a second to start.
//
//nolint:gochecknoglobals // a process has one
var (
	counter atomic.Int64
	spare   spares
	once    sync.Once
	running *Server
	failure error
)

func shared(tb testing.TB) *Server {
	tb.Helper()
	once.Do(func() {
		if given := os.Getenv(Setting); given != "" {
			running = &Server{base: given}
			return
		}
		running, failure = start(empty)
	})
	if failure != nil {
		without(tb, failure)
	}
	return running
}

// without ends a test that has no server: in vain where servers are promised, else as one that was left out.
func without(tb testing.TB, cause error) {
	tb.Helper()
	text := fmt.Sprintf("no PostgreSQL to test with (%v): install it (Debian: apt-get install postgresql) or set %s", cause, Setting)
	if os.Getenv("CI") != "" {
		tb.Fatal(text)
	}
	tb.Skip(text)
}

// URL returns the URL of a database on the server.
func (s *Server) URL(database string) string {
	u, err := url.Parse(s.base)
	if err != nil {
		panic("pg: the URL of the test server cannot be read")
	}
	u.Path = "/" + database
	return u.String()
}

// exec runs a statement in the maintenance database.
func (s *Server) exec(tb testing.TB, statement string) {
	tb.Helper()
	s.execIn(tb, "postgres", statement)
}

// execIn runs a statement in a database.
func (s *Server) execIn(tb testing.TB, database, statement string) {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context()) // also at the end of a test
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		tb.Fatalf("connect to the test server: %v", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is lost
	if _, err := conn.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
