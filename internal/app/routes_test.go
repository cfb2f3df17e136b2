package app_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
)

func TestAServerThatCannotStoreIsNeitherHealthyNorReady(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	_, url := start(t, "POSTHORN_DATA="+dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, "posthorn.db")+"?_pragma=busy_timeout(10000)") // the server writes too
	check(t, err)
	_, err = db.ExecContext(t.Context(), "DROP TABLE heartbeat")
	check(t, err)
	check(t, db.Close())

	for path, want := range map[string]int{"/readyz": 503, "/api/v1/health": 503, "/livez": 200} {
		if got := status(t, url+path, ""); got != want {
			t.Errorf("GET %s gave %d, want %d", path, got, want)
		}
	}
}
