package pg

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Dump returns everything that the tables of a database hold, as text; bytes are in hex.
func Dump(tb testing.TB, url string) string {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatalf("connect to the test database: %v", err)
	}
	defer conn.Close(tb.Context()) //nolint:errcheck // only read
	rows, err := conn.Query(tb.Context(), "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
	if err != nil {
		tb.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		tb.Fatal(err)
	}
	var all strings.Builder
	for _, table := range tables {
		var content *string
		if err := conn.QueryRow(tb.Context(), fmt.Sprintf("SELECT string_agg(t::text, E'\\n') FROM ONLY %s t", table)).Scan(&content); err != nil {
			tb.Fatal(err)
		}
		if content != nil {
			all.WriteString(*content)
		}
	}
	return all.String()
}
