package cluster_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

// neededTables are those without which a publish or a received webhook cannot be acknowledged.
func neededTables() []string {
	return []string{
		"message", "open_message", "claim", "mark", "run", "token", "application", "endpoint", "event_type", "source", "received",
		"received_content", "heartbeat",
	}
}

func TestNodesAreNotReadyWhileATableIsLockedAndLoseNothing(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	n := start(t, three(database)...)
	conn := connect(t, database)
	needed := neededTables()

	n.under(func() {
		for _, table := range append(needed, others(t, conn, needed)...) {
			healed := n.stage.Fault("lock of " + table)
			tx, err := conn.Begin(t.Context())
			harness.Check(t, err)
			_, err = tx.Exec(t.Context(), "LOCK TABLE "+table)
			harness.Check(t, err)
			if len(needed) > 0 {
				needed = needed[1:]
				n.notReady("does not answer in time")
			} else {
				n.pause(time.Second)
			}
			harness.Check(t, tx.Rollback(t.Context()))
			n.ready()
			healed()
		}
	})
}

// others returns the tables that are not in some.
func others(t *testing.T, conn *pgx.Conn, some []string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL($1)`, some)
	harness.Check(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	harness.Check(t, err)
	return all
}

func TestNodeIsNotReadyWhileTodaysTableIsMissing(t *testing.T) {
	t.Parallel()
	database, receiver := fresh(t), harness.NewReceiver(t)
	n := start(t, node{name: "alone", database: database})
	s, conn := n.all[0], connect(t, database)
	app := "/api/v1/app/" + create(t, s, "/api/v1/app", object{"name": "Acme"})
	create(t, s, app+"/endpoint", object{"url": receiver.URL})
	message := object{"eventType": "some", "payload": object{}}
	before := create(t, s, app+"/msg", message)
	receiver.Wait(t, 1, harness.Of(before))
	day := "message_p" + clock.Clock{}.Now().Format("20060102")
	var bounds string
	harness.Check(t, conn.QueryRow(t.Context(), "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = $1", day).Scan(&bounds))

	_, err := conn.Exec(t.Context(), "ALTER TABLE message DETACH PARTITION "+day)
	harness.Check(t, err)
	n.notReady("no tables for today")
	refused := s.Do(t, http.MethodPost, app+"/msg", message)
	_, err = conn.Exec(t.Context(), fmt.Sprintf("ALTER TABLE message ATTACH PARTITION %s %s", day, bounds))
	harness.Check(t, err)
	n.ready()
	after := create(t, s, app+"/msg", message)

	if refused.Status != http.StatusServiceUnavailable || !strings.Contains(string(refused.Body), "tables_missing") {
		t.Errorf("a publish without a table: %d %s", refused.Status, refused.Body)
	}
	receiver.Wait(t, 1, harness.Of(after))
}

func TestNothingAcknowledgedIsLostWhenDurabilityIsSwitchedOffWhileNodesRun(t *testing.T) {
	t.Parallel()
	server := pg.NewServer(t)
	n := start(t, three(server.Create(t, "posthorn"))...)

	n.under(func() {
		set(t, server, "synchronous_commit", "off")
		n.pause(2 * time.Second)
		healed := n.stage.Fault("crash of the database")
		server.Kill(t)
		server.Start(t)
		n.ready()
		healed()
		for _, setting := range []string{"fsync", "full_page_writes"} {
			healed := n.stage.Fault(setting + " off")
			set(t, server, setting, "off")
			n.notReady("fsync or full_page_writes off")
			for _, s := range n.all {
				reply := s.Do(t, http.MethodPost, "/api/v1/app", object{"name": "Acme"})
				harness.Equal(t, "status while "+setting+" is off", reply.Status, http.StatusServiceUnavailable)
			}
			set(t, server, setting, "on")
			n.ready()
			healed()
		}
	})
}

func TestNodesComeBackByThemselvesWhenTheDatabaseIsMadeAnew(t *testing.T) {
	t.Parallel()
	server := pg.NewServer(t)
	n := start(t, three(server.Create(t, "posthorn"))...)
	conn := connect(t, server.URL("postgres"))
	request := func(s *harness.Server) int {
		return s.Do(t, http.MethodPost, "/api/v1/app", object{"name": "Acme"}).Status
	}
	for _, s := range n.all {
		harness.Equal(t, "status before", request(s), http.StatusCreated)
	}

	_, err := conn.Exec(t.Context(), "DROP DATABASE posthorn WITH (FORCE)")
	harness.Check(t, err)
	for _, s := range n.all {
		harness.Equal(t, "status without the database", request(s), http.StatusServiceUnavailable)
	}
	_, err = conn.Exec(t.Context(), "CREATE DATABASE posthorn TEMPLATE template0")
	harness.Check(t, err)

	for _, s := range n.all {
		n.await("a node acknowledges again", func() bool {
			response, err := s.Client().Do(s.Request(t, http.MethodPost, "/api/v1/app", object{"name": "Acme"}))
			if err != nil {
				return false // it listens again in a moment
			}
			_ = response.Body.Close()
			if response.StatusCode == http.StatusInternalServerError {
				t.Error("a node answered 500")
			}
			return response.StatusCode == http.StatusCreated
		})
	}
	n.ready()
}

// set changes a setting of a server that runs.
func set(t *testing.T, server *pg.Server, name, value string) {
	t.Helper()
	conn := connect(t, server.URL("postgres"))
	for _, statement := range []string{"ALTER SYSTEM SET " + name + " = " + value, "SELECT pg_reload_conf()"} {
		_, err := conn.Exec(t.Context(), statement)
		harness.Check(t, err)
	}
}

func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	harness.Check(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

// notReady waits until every node says that it is not ready, for the reason given.
func (n *nodes) notReady(reason string) {
	n.t.Helper()
	for _, s := range n.all {
		n.await("a node is not ready: "+reason, func() bool {
			response, err := s.Client().Get(s.URL + "/readyz")
			if err != nil {
				return false
			}
			text, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			return err == nil && response.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(text), reason)
		})
	}
}
