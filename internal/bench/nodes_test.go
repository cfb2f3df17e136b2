package bench_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/test/pg"
)

func TestNodesShareADatabaseOfTheirOwnAndTakeTurns(t *testing.T) {
	t.Parallel()
	c := small()
	c.Database, c.Nodes, c.NoForwarder = pg.URL(t), 3, true
	diary := filepath.Join(t.TempDir(), "diary")
	c.ServerEnv = []string{"FAKE_DIARY=" + diary}

	report, err := bench.Run(t.Context(), c, quietly())

	if err != nil || report.Server.Delivered != 300 {
		t.Fatalf("%+v, error %v", report.Server, err)
	}
	nodes := readDiary(t, diary)
	if len(nodes) != 3 {
		t.Fatalf("published on %d nodes", len(nodes))
	}
	var folders []string
	for _, n := range nodes {
		folders = append(folders, n.data)
		if n.shared != nodes[0].shared || !strings.Contains(n.shared, database.Prefix) {
			t.Errorf("has %q, and another one %q", n.shared, nodes[0].shared)
		}
		if strings.Contains(n.args, "postgres") {
			t.Errorf("every user sees the database in %q", n.args)
		}
	}
	if slices.Sort(folders); len(slices.Compact(folders)) != 3 {
		t.Errorf("nodes share a folder: %v", folders)
	}
	if exists(t, c.Database, nodes[0].shared) {
		t.Error("the database is still there")
	}
}

func TestReportSaysWhatADeliveryTookOfTheDatabase(t *testing.T) {
	t.Parallel()
	c := small()
	c.Database, c.NoForwarder = pg.URL(t), true
	var out bytes.Buffer

	report, err := bench.Run(t.Context(), c, bench.Streams{Out: &out, Err: &bytes.Buffer{}})

	if err != nil {
		t.Fatal(err)
	}
	// The fake server stores a row for each message.
	if d := report.Server.Database; d == nil || d.Rows != 300 || d.WALBytes < 300*10 || d.DataBytes <= 0 {
		t.Errorf("%+v", report.Server.Database)
	}
	for _, part := range []string{"PostgreSQL, 4 publishers", "write-ahead log of a delivery", "rows that stay of a delivery"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("does not say %q:\n%s", part, &out)
		}
	}
}

func TestSuiteMeasuresTheEnginesBesideEachOther(t *testing.T) {
	t.Parallel()
	c := bench.SuiteConfig{
		Config: bench.Config{Warmup: -1, Database: pg.URL(t)}, Runs: 1, Measured: 200 * time.Millisecond,
		Only: []string{"throughput", "hanging"}, Compare: true,
	}
	var out bytes.Buffer

	report, err := bench.Suite(t.Context(), c, bench.Streams{Out: &out, Err: &bytes.Buffer{}})

	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.Columns, []string{"SQLite", "PostgreSQL", "PostgreSQL, 3 nodes"}) {
		t.Errorf("columns %v", report.Columns)
	}
	for what, filled := range map[string][]bool{
		"delivered per second, 64 publishers": {true, true, true}, "write-ahead log of a delivery": {false, true, true},
		"ratio of the two": {true, true, false},
	} {
		if got := filledIn(report, what); !slices.Equal(got, filled) {
			t.Errorf("%s: %v", what, got)
		}
	}
	if !strings.Contains(out.String(), "| what | SQLite | PostgreSQL | PostgreSQL, 3 nodes | goal |") {
		t.Errorf("wrote %s", &out)
	}
}

func TestComparisonWithoutADatabaseSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := bench.SuiteConfig{
		Config: bench.Config{Warmup: -1}, Runs: 1, Measured: 50 * time.Millisecond, Only: []string{"latency"}, Compare: true,
	}
	var said bytes.Buffer

	report, err := bench.Suite(t.Context(), c, bench.Streams{Out: &bytes.Buffer{}, Err: &said})

	if err != nil || !slices.Equal(report.Columns, []string{"SQLite"}) || !strings.Contains(said.String(), "There is no PostgreSQL") {
		t.Errorf("columns %v, said %q, error %v", report.Columns, &said, err)
	}
}

func TestSeveralNodesNeedADatabase(t *testing.T) {
	t.Parallel()
	c := small()
	c.Nodes = 2

	_, err := bench.Run(t.Context(), c, quietly())

	if fault.CodeOf(err) != "nodes_need_database" {
		t.Errorf("error %v", err)
	}
}

// entry is what a node of the fake server wrote down at its first message.
type entry struct{ args, data, shared string }

func readDiary(t *testing.T, path string) (all []entry) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		if len(parts) != 3 {
			t.Fatalf("wrote %q", line)
		}
		all = append(all, entry{parts[0], parts[1], parts[2]})
	}
	return all
}

// exists says whether the database that is named in what nodes share is on the server.
func exists(t *testing.T, server, shared string) (is bool) {
	t.Helper()
	at := strings.Index(shared, database.Prefix)
	name := shared[at : at+len(database.Prefix)+12]
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // it was only read from
	if err := conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&is); err != nil {
		t.Fatal(err)
	}
	return is
}

func filledIn(r bench.SuiteReport, what string) (filled []bool) {
	for _, l := range r.Lines {
		if l.What == what {
			for _, c := range l.Cells {
				filled = append(filled, c.Measured != "")
			}
		}
	}
	return filled
}
