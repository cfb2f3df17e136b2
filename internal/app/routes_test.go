package app_test

import (
	"path/filepath"
	"testing"

	"github.com/posthorn/posthorn/internal/store/sqlite"
)

func TestAServerThatCannotStoreIsNeitherHealthyNorReady(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	_, url := start(t, "POSTHORN_DATA="+dir)
	check(t, sqlite.MigrateDown(t.Context(), filepath.Join(dir, "posthorn.db"), 2)) // to where there is no room to write into

	for path, want := range map[string]int{"/readyz": 503, "/api/v1/health": 503, "/livez": 200} {
		if got := status(t, url+path, ""); got != want {
			t.Errorf("GET %s gave %d, want %d", path, got, want)
		}
	}
}
