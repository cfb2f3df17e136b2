package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/fault"
)

// Expressions that a transaction which writes evaluates in a statement that it sends anyway, so that they cost no
// exchange. synchronous_commit may be off or local for the server, database, role or URL: the transaction raises it to
// on, which waits for the flush, and keeps remote_apply, which is stronger
// (https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT).
const (
	flushed    = "set_config('synchronous_commit', " + flushLevel + ", true)"
	flushLevel = "CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END"
	// durable is flushed for what is acknowledged. It fails while fsync or full_page_writes is off, which only the
	// server's configuration can change: the parameter has no value of this name.
	durable = "set_config('synchronous_commit', CASE WHEN 'off' IN (current_setting('fsync'), current_setting('full_page_writes')) THEN '" +
		notDurable + "' ELSE " + flushLevel + " END, true)"
	notDurable = "not durable"
)

// saysNotDurable reports whether the server refused the value by which durable fails.
func saysNotDurable(said *pgconn.PgError) bool {
	return said.Code == invalidParameter && strings.Contains(said.Message, notDurable)
}

// errNotDurable refuses a server whose commits may not survive a crash of its machine.
func errNotDurable() *fault.Error {
	return fault.New(fault.Unavailable, "database_not_durable",
		"The PostgreSQL server runs with fsync or full_page_writes off, so that a power cut can destroy the database: turn both on; nothing was stored.")
}
