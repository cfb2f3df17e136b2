package postgres_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/pg"
)

// node is a step of a plan as EXPLAIN shows it (https://www.postgresql.org/docs/current/sql-explain.html).
type node struct {
	Type      string `json:"Node Type"`
	Table     string `json:"Relation Name"`
	Index     string `json:"Index Name"`
	Condition string `json:"Index Cond"`
	Plans     []node `json:"Plans"`
}

// steps returns the node with all below it.
func (n node) steps() []node {
	all := []node{n}
	for _, below := range n.Plans {
		all = append(all, below.steps()...)
	}
	return all
}

// asked is a connection that shows plans.
type asked struct {
	conn *pgx.Conn
	key  string // of a message of today, which is in a partition
}

// planner connects to a database without a message. Tables are tiny there, so that the planner would rather read them
// whole whatever the query: begin forbids that, and what it does then shows whether it could do otherwise. The database is
// nobody's before: tables that were filled once are larger, and plans other ones.
func planner(t *testing.T, begin string) asked {
	t.Helper()
	url := pg.URL(t)
	open(t, url) // Begin makes the partitions
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if _, err := conn.Exec(t.Context(), begin, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	today := clock.Clock{}.Now().Truncate(time.Hour).UnixMicro() * 1024
	return asked{conn: conn, key: strconv.FormatInt(today, 10)}
}

// plan returns the steps by which PostgreSQL would run a query whatever the values of its parameters. An
// error means that the text is no query.
func (a asked) plan(t *testing.T, query string) ([]node, error) {
	t.Helper()
	prepared, err := a.conn.Prepare(t.Context(), "", query)
	if err != nil {
		return nil, err
	}
	values := make([]string, len(prepared.ParamOIDs))
	for i, oid := range prepared.ParamOIDs {
		values[i] = a.value(t, oid)
	}
	var raw []byte
	explain := "EXECUTE planned"
	if len(values) > 0 {
		explain += "(" + strings.Join(values, ", ") + ")"
	}
	for _, text := range []string{"DEALLOCATE ALL", "PREPARE planned AS " + query} {
		if _, err := a.conn.Exec(t.Context(), text, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	if err := a.conn.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+explain, pgx.QueryExecModeSimpleProtocol).Scan(&raw); err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(raw, &plans); err != nil || len(plans) == 0 {
		t.Fatalf("no plan in %s: %v", raw, err)
	}
	return plans[0].Plan.steps(), nil
}

// value returns something for a parameter. A plan leaves out partitions that it does not need, so a number is the
// key of a message that could be there.
func (a asked) value(t *testing.T, oid uint32) string {
	t.Helper()
	switch oid {
	case pgtype.Int8OID:
		return a.key
	case pgtype.Int4OID, pgtype.Int2OID, pgtype.NumericOID:
		return "1"
	case pgtype.BoolOID:
		return "true"
	case pgtype.ByteaOID, pgtype.TextOID:
		return `'a'`
	case pgtype.Int8ArrayOID, pgtype.Int4ArrayOID, pgtype.Int2ArrayOID, pgtype.ByteaArrayOID, pgtype.TextArrayOID:
		return `'{1}'`
	}
	t.Fatalf("no value for a parameter of type %d", oid)
	return ""
}
