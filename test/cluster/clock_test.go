package cluster_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/test/harness"
)

func TestNodesWhoseClocksAreMinutesApartKeepThePromise(t *testing.T) {
	t.Parallel()
	plan := three(fresh(t))
	binary := harness.BinaryWith(t, "posthorn_clock_offset")
	for i, offset := range []string{"-5m", "0s", "5m"} {
		plan[i].binary, plan[i].settings = binary, []string{"POSTHORN_TEST_CLOCK_OFFSET=" + offset}
	}
	n := start(t, plan...)

	n.under(func() {
		n.pause(2 * time.Second)
		gone := n.stage.Fault("kill")
		n.all[2].Kill()
		gone()
		n.pause(time.Second / 2)
		n.all[2].Restart()
		n.pause(time.Second)
		gone = n.stage.Fault("kill")
		n.all[0].Kill()
		gone()
		n.all[0].Restart()
		n.pause(time.Second)
	})

	harness.Equal(t, "nodes", n.alive(n.all[1]), 3)
}

func TestNodesSurviveAClockOfTheDatabaseThatIsSetAndComesBack(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	set := stepDatabase(t, database)
	plan := three(database)
	for i := range plan {
		plan[i].binary = harness.BinaryWith(t, "posthorn_database_clock")
	}
	n := start(t, plan...)
	before := n.members(n.all[0])

	n.under(func() {
		for _, by := range []time.Duration{365 * 24 * time.Hour, lease, -lease, -365 * 24 * time.Hour} {
			set(by)
			n.pause(5 * time.Second)
			set(0)
			n.pause(time.Second)
		}
	})

	after := n.members(n.all[1])
	harness.Equal(t, "nodes", len(after), 3)
	for i := range before {
		harness.Equal(t, "the run of "+before[i].Name, after[i].ID, before[i].ID)
	}
}

func TestANodeThatWasFencedBeginsAgainOnceTheClockOfTheDatabaseIsRight(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	set := stepDatabase(t, database)
	plan := three(database)[:2]
	for i := range plan {
		plan[i].binary = harness.BinaryWith(t, "posthorn_database_clock")
	}
	n := start(t, plan...)
	conn, err := pgx.Connect(t.Context(), database)
	harness.Check(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over

	set(365 * 24 * time.Hour)
	_, err = conn.Exec(t.Context(), "UPDATE run SET buried_at = 1 WHERE name = 'one'")
	harness.Check(t, err)
	n.await("the fenced node waits for the right time", func() bool {
		return strings.Contains(n.all[0].Log(), "cannot begin a new run; trying again")
	})
	set(0)

	n.await("both nodes are there", func() bool { return n.alive(n.all[1]) == 2 })
	n.all[0].AwaitReady()
}

func TestNodesWhoseClockIsSetAndComesBackKeepThePromise(t *testing.T) {
	t.Parallel()
	plan := three(fresh(t))
	file := filepath.Join(t.TempDir(), "offset")
	set := func(by time.Duration) { harness.Check(t, os.WriteFile(file, []byte(by.String()), 0o600)) }
	set(0)
	plan[0].binary = harness.BinaryWith(t, "posthorn_clock_offset")
	plan[0].settings = []string{"POSTHORN_TEST_CLOCK_FILE=" + file}
	n := start(t, plan...)

	n.under(func() { // judged by whether everything is delivered long before the clock would say so again
		for _, by := range []time.Duration{50 * time.Minute, -50 * time.Minute} {
			set(by)
			n.pause(7 * time.Second)
			set(0)
			n.pause(7 * time.Second)
		}
	})

	harness.Equal(t, "nodes", n.alive(n.all[1]), 3)
}

// stepDatabase makes the clock of the database one that can be set, for programs that are built with posthorn_database_clock.
func stepDatabase(t *testing.T, database string) (set func(time.Duration)) {
	t.Helper()
	run := func(statement string, about ...any) {
		conn, err := pgx.Connect(t.Context(), database)
		harness.Check(t, err)
		_, err = conn.Exec(t.Context(), statement, about...)
		harness.Check(t, err)
		harness.Check(t, conn.Close(t.Context()))
	}
	run("CREATE SCHEMA posthorn_test; CREATE TABLE posthorn_test.clock (by bigint NOT NULL); INSERT INTO posthorn_test.clock VALUES (0)")
	return func(by time.Duration) { run("UPDATE posthorn_test.clock SET by = $1", by.Microseconds()) }
}
