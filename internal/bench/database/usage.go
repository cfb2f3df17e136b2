package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/bench/process"
)

// Usage is what a database holds and what its server has done.
type Usage struct {
	CPUSeconds float64 `json:"cpuSeconds,omitempty"` // of all processes of the server; zero if it is on another machine
	WALBytes   int64   `json:"walBytes"`             // of the whole server: whatever else it does counts too
	DataBytes  int64   `json:"dataBytes"`            // tables and indexes
	Rows       int64   `json:"rows,omitempty"`       // zero if counting them would take too long
}

// countable is up to which size of a database its rows are counted, which reads all of it.
const countable = 1 << 30

// Read returns the usage up to now.
func (d *Database) Read(ctx context.Context) (Usage, error) {
	var u Usage
	err := with(ctx, d.url, func(ctx context.Context, conn *pgx.Conn) error {
		var backend int
		err := conn.QueryRow(ctx, `SELECT pg_backend_pid(), pg_database_size(current_database()),
			pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&backend, &u.DataBytes, &u.WALBytes)
		if err != nil {
			return err
		}
		u.CPUSeconds = cpuSeconds(backend)
		if u.DataBytes <= countable {
			u.Rows, err = rows(ctx, conn)
		}
		return err
	})
	if err != nil {
		return u, fmt.Errorf("read what the database holds: %w", err)
	}
	return u, nil
}

// Since returns what was added after former.
func (u Usage) Since(former Usage) Usage {
	since := Usage{
		CPUSeconds: u.CPUSeconds - former.CPUSeconds, WALBytes: u.WALBytes - former.WALBytes,
		DataBytes: u.DataBytes - former.DataBytes, Rows: u.Rows - former.Rows,
	}
	if u.Rows == 0 || former.Rows == 0 { // there is always the row with the number of the schema
		since.Rows = 0
	}
	return since
}

// cpuSeconds returns the processor time of the server that a backend belongs to. A backend's parent is the
// server's first process; if there is no such pair here, the server is on another machine.
func cpuSeconds(backend int) float64 {
	parent, err := process.Parent(backend, "postgres")
	if err != nil {
		return 0
	}
	seconds, _ := process.Family(parent) // without it the figure is missing
	return seconds
}

// rows counts the rows of all tables.
func rows(ctx context.Context, conn *pgx.Conn) (n int64, err error) {
	list, err := conn.Query(ctx, `SELECT 'SELECT count(*) FROM ' || c.oid::regclass::text FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = 'public'`)
	if err != nil {
		return 0, err
	}
	counts, err := pgx.CollectRows(list, pgx.RowTo[string])
	if err != nil || len(counts) == 0 {
		return 0, err
	}
	err = conn.QueryRow(ctx, "SELECT sum(n)::bigint FROM ("+strings.Join(counts, " AS n UNION ALL ")+") AS each (n)").Scan(&n)
	return n, err
}
