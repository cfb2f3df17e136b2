package sqlite_test

import (
	"os"
	"testing"

	"github.com/pressly/goose/v3"
)

func TestMigrationOfSourcesKeepsTheirKeysAndOneOfEachUID(t *testing.T) {
	t.Parallel()
	db := raw(t)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	insert := func(key any, application int, uid any, id string) (stored int) {
		must(t, db.QueryRowContext(t.Context(), `INSERT INTO source VALUES (?, ?, CAST(? AS BLOB), ?, '', '', '', '', CAST(? AS BLOB), x'', '', 0, '', 0, 0)
			RETURNING key`, key, application, id, uid, id).Scan(&stored))
		return stored
	}
	insert(5, 1, "hub", "a")
	insert(6, 2, "hub", "b")
	insert(9, 2, nil, "c")
	_, err = db.ExecContext(t.Context(), "DELETE FROM source WHERE key = 9")
	must(t, err)

	_, err = p.DownTo(t.Context(), 7)
	must(t, err)
	var uids int
	must(t, db.QueryRowContext(t.Context(), "SELECT count(uid) FROM source WHERE key IN (5, 6)").Scan(&uids))
	down := insert(nil, 1, nil, "d")
	_, err = p.Up(t.Context())
	must(t, err)
	up := insert(nil, 1, nil, "e")

	if uids != 1 || down != 10 || up != 11 {
		t.Errorf("%d sources kept the uid; the next keys are %d and %d", uids, down, up)
	}
}
