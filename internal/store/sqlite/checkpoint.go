package sqlite

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// checkpointer copies the WAL into the database file beside the writer. SQLite by itself does that inside
// a commit, and everybody in the group waits for tens of milliseconds. A copy made while others write
// never reaches the end of the WAL, so the writer copies the little that came meanwhile, and the WAL starts
// anew (https://sqlite.org/wal.html, "Avoiding Excessively Large WAL Files").
//
// An error of a copy is not lost: the WAL grows, and the commit that finds no room for it says so.
type checkpointer struct {
	db     *sql.DB
	wanted chan struct{}
	copied atomic.Bool // what is left is small: the writer's turn
	cancel context.CancelFunc
	ended  chan struct{}
}

// checkpointAfter is how many members of groups make a copy worth it: some 10 to 20 MiB of WAL.
const checkpointAfter = 2000

const checkpoint = "PRAGMA wal_checkpoint(PASSIVE)"

func startCheckpointer(ctx context.Context, path string) (*checkpointer, error) {
	db, err := sql.Open("sqlite", dsn(path, readerCache, ""))
	if err != nil {
		return nil, translate("open the database", err)
	}
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &checkpointer{db: db, wanted: make(chan struct{}, 1), cancel: cancel, ended: make(chan struct{})}
	go c.loop(ctx)
	return c, nil
}

// want asks for a copy. It does not wait.
func (c *checkpointer) want() {
	select {
	case c.wanted <- struct{}{}:
	default:
	}
}

func (c *checkpointer) loop(ctx context.Context) {
	defer close(c.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wanted:
			_, _ = c.db.ExecContext(ctx, checkpoint)
			c.copied.Store(true)
		}
	}
}

func (c *checkpointer) close() error {
	c.cancel()
	<-c.ended
	return c.db.Close()
}

// copyRest is the writer's part, between two groups.
func (w *writer) copyRest(ctx context.Context, members int) {
	if w.checkpointer.copied.CompareAndSwap(true, false) {
		_, _ = w.conn.ExecContext(ctx, checkpoint)
	}
	if w.uncopied += members; w.uncopied >= checkpointAfter {
		w.uncopied = 0
		w.checkpointer.want()
	}
}
