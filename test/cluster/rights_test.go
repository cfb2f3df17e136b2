package cluster_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

func TestNodesWhoseRoleMayNotMakeTablesWorkOnPartitionsThatWereMadeAhead(t *testing.T) {
	t.Parallel()
	owner := fresh(t)
	limited := limitedRole(t, owner)
	plan := three(limited)
	for i := range plan {
		plan[i].settings = []string{"POSTHORN_AUTO_MIGRATE=false"}
	}
	up := harness.Run(t, []string{"POSTHORN_DATABASE_URL=" + owner}, "migrate", "up", "--partitions-ahead", "30d")
	if up.Code != 0 || !strings.Contains(up.Stdout, "There are partitions until") {
		t.Errorf("migrate up ended with %d: %s%s", up.Code, up.Stdout, up.Stderr)
	}
	grant(t, owner, limited)
	n := start(t, plan...)

	n.under(func() { n.pause(0) })

	for _, s := range n.all {
		n.await("a warning with the day on which it ends", func() bool {
			return strings.Contains(s.Log(), "database role cannot make partitions")
		})
	}
}

func TestANodeWhoseRoleMayNotMakeTablesOnAnEmptyDatabaseEndsWithWhatToGrant(t *testing.T) {
	t.Parallel()

	ended := harness.Run(t, []string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATABASE_URL=" + limitedRole(t, fresh(t))}, "serve")

	harness.Equal(t, "the exit code", ended.Code, 6)
	if !strings.Contains(ended.Stderr, "GRANT CREATE ON SCHEMA") || strings.Contains(ended.Stderr, "should not") {
		t.Errorf("it says %s", ended.Stderr)
	}
}

// limitedRole makes a role that may not create tables in the schema of the database, and returns the URL of the database
// for it.
func limitedRole(t *testing.T, database string) string {
	t.Helper()
	name := pg.Name()
	statement(t, database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE "+name+" LOGIN PASSWORD 'secret'")
	t.Cleanup(func() { statement(t, database, "DROP OWNED BY "+name+"; DROP ROLE "+name) })
	u, err := url.Parse(database)
	harness.Check(t, err)
	u.User = url.UserPassword(name, "secret")
	return u.String()
}

// grant gives the role of a URL what the guide on scaling lists for a role that runs nodes.
func grant(t *testing.T, database, limited string) {
	t.Helper()
	u, err := url.Parse(limited)
	harness.Check(t, err)
	statement(t, database, "GRANT USAGE ON SCHEMA public TO "+u.User.Username()+
		"; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+u.User.Username())
}

func statement(t *testing.T, database, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also at the end of a test
	conn, err := pgx.Connect(ctx, database)
	harness.Check(t, err)
	_, err = conn.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol)
	harness.Check(t, err)
	harness.Check(t, conn.Close(ctx))
}
