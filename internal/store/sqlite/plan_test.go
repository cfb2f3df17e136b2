package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

// Tables that are small by nature, and indexes that hold open work only, may be read from end to end.
const mayBeScanned = `^SCAN (event_type|run|token|o|open_message|chosen|CONSTANT ROW|heartbeat|gone_source|sqlite_schema)\b|^SCAN \(subquery-\d+\)|^SCAN .* INDEX (delivery_(waiting|sending)|received_(new|processing))$`

func TestNoQueryReadsATableThatGrowsFromEndToEnd(t *testing.T) {
	t.Parallel()
	db := raw(t)
	small := regexp.MustCompile(mayBeScanned)
	all := storetest.Queries(t)

	for where, query := range all {
		steps, err := sqlite.Plan(t.Context(), db, query)
		if err != nil {
			fragment(t, where, query, err)
		}
		for _, step := range steps {
			if strings.HasPrefix(step, "SCAN") && !small.MatchString(step) {
				t.Errorf("%s: %s\n%s", where, step, query)
			}
		}
	}

	if len(all) < 60 {
		t.Fatalf("found only %d queries: does the search still work?", len(all))
	}
}

func TestListsAreReadInTheirOrderAndNotSorted(t *testing.T) {
	t.Parallel()
	db := raw(t)

	for _, query := range sqlite.Walks() {
		steps, err := sqlite.Plan(t.Context(), db, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s\n%s", step, query)
			}
		}
	}
}

// raw opens a migrated database without a store on it.
func raw(t *testing.T) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return reopen(t, path)
}

// reopen opens a database file for the length of a test, as anybody could.
func reopen(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// fragment fails the test unless the query is the beginning of one that is completed where it is used.
func fragment(t *testing.T, where, query string, err error) {
	t.Helper()
	for _, end := range []string{"WHERE ", "AND ", "VALUES", "IN "} {
		if strings.HasSuffix(query, end) {
			return
		}
	}
	t.Errorf("%s: %v\n%s", where, err, query)
}
