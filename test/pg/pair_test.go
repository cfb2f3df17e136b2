package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/test/pg"
)

func TestWhatWasCommittedIsThereAfterEachFailover(t *testing.T) {
	t.Parallel()
	p := pg.NewPair(t)
	p.Primary.Create(t, "posthorn")
	run(t, p, "CREATE TABLE number (n integer)")

	for range 2 {
		run(t, p, "INSERT INTO number VALUES (1)")
		p.Fail(t)
		p.Mend(t)
	}

	var n int
	conn := connect(t, p)
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM number").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func run(t *testing.T, p *pg.Pair, statement string) {
	t.Helper()
	if _, err := connect(t, p).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, p *pg.Pair) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.URL("posthorn"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}
