// Package sqlite keeps Posthorn's promise in one file: SQLite in WAL mode with synchronous=FULL, one
// writer that commits everybody's work in groups, and readers beside it.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"sync"

	_ "modernc.org/sqlite" // the driver, pure Go

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	readers      = 4
	writerCache  = 16 << 10 // KiB of pages that the writer may keep
	readerCache  = 4 << 10  // KiB for each reader
	busyTimeout  = 10_000   // milliseconds to wait for another process, such as "posthorn token"
	maxStatement = 64       // rows of the largest prepared multi-row statement
)

// Options are what a store may be told. The zero value is what production wants.
type Options struct {
	Clock clock.Clock
}

// Store is the embedded engine.
type Store struct {
	path   string
	clock  clock.Clock
	read   *sql.DB
	writer *writer

	rescued  reach
	closing  sync.Once
	closeErr error
}

var _ store.Store = (*Store)(nil)

// Open opens the database file, creates it when it is missing, and brings its schema up to date. A
// schema newer than this program knows is refused and left alone.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	write, err := sql.Open("sqlite", dsn(path, writerCache, "_txlock=immediate"))
	if err != nil {
		return nil, translate("open the database", err)
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write); err != nil {
		return nil, closeAfter(write, err)
	}
	read, err := sql.Open("sqlite", dsn(path, readerCache, "_pragma=query_only(1)"))
	if err != nil {
		return nil, closeAfter(write, translate("open the database", err))
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	s := &Store{path: path, clock: o.Clock, read: read, rescued: reach{}}
	beside, err := startCheckpointer(ctx, path)
	if err != nil {
		return nil, closeAfter(read, closeAfter(write, err))
	}
	s.writer, err = startWriter(ctx, write, beside, o.Clock)
	if err != nil {
		return nil, closeAfter(beside.db, closeAfter(read, closeAfter(write, err)))
	}
	return s, nil
}

// Close waits for the group that is being committed and closes the file.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.closeErr = s.writer.close()
		if err := s.read.Close(); s.closeErr == nil {
			s.closeErr = err
		}
	})
	return s.closeErr
}

func closeAfter(db *sql.DB, cause error) error {
	if err := db.Close(); err != nil {
		return fmt.Errorf("%w (and closing the database: %w)", cause, err)
	}
	return cause
}

// dsn names the file with the settings that the promise needs. The order matters: busy_timeout first,
// so that the others wait for another process.
func dsn(path string, cache int, more string) string {
	settings := fmt.Sprintf("_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(0)&_pragma=cache_size(-%d)&_pragma=wal_autocheckpoint(0)&_pragma=temp_store(MEMORY)&%s",
		busyTimeout, cache, more)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings
}
