package sqlite

import (
	"context"
	"database/sql"
	"sync/atomic"

	"modernc.org/sqlite"
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

// The WAL is copied when it has grown by walCopied, and shortened to walKept when it starts anew after having
// been longer. Between the two lies what is written during a copy: a busy server keeps its file, since to write
// over one is cheaper than to make it longer.
const (
	walCopied = 10 << 20
	walKept   = 16 << 20
	pageSize  = 4 << 10 // SQLite's own
)

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
func (w *writer) copyRest(ctx context.Context) {
	if w.checkpointer.copied.CompareAndSwap(true, false) {
		_, _ = w.conn.ExecContext(ctx, checkpoint)
	}
	if w.uncopied += w.pagesWritten(); w.uncopied >= walCopied/pageSize {
		w.uncopied = 0
		w.checkpointer.want()
	}
}

// pagesWritten returns how many pages the writer added to the WAL since it was asked last. Members of groups say
// little: a group of one writes the same pages as a group of a dozen.
func (w *writer) pagesWritten() (pages int) {
	_ = w.conn.Raw(func(driver any) (err error) { // an error is of a connection that is broken, and the next commit says so
		status, able := driver.(sqlite.DBStatus)
		if able {
			pages, _, err = status.Status(sqlite.DBStatusCacheWrite, true)
		}
		return err
	})
	return pages
}
