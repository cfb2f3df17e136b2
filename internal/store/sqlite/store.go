// Package sqlite keeps Posthorn's promise in one file: SQLite in WAL mode with synchronous=FULL, one
// writer that commits everybody's work in groups, and readers beside it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"

	_ "modernc.org/sqlite" // the driver, pure Go

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	readers       = 4        // of lists and history
	promptReaders = 4        // of what a delivery or a sign-in waits for
	writerCache   = 16 << 10 // KiB of pages that the writer may keep
	readerCache   = 4 << 10  // KiB for each reader
	busyTimeout   = 10_000   // milliseconds to wait for another process, such as "posthorn token"
	maxStatement  = 64       // rows of the largest prepared multi-row statement
)

// Options are what a store may be told. The zero value is what production wants.
type Options struct {
	Clock clock.Clock
	// Beside opens a database that another process may work on: its schema is left as it is, and refused if
	// it is not this program's newest.
	Beside bool
	// Held are further files that must stay what they are while the store is open, such as the lock of the data directory.
	Held []string
	// MaxWaiting is how many bytes of messages, and as many of received webhooks, may wait to be committed. Zero is
	// store.DefaultWaiting.
	MaxWaiting int64
	// Observer receives each transaction that writes. May be nil.
	Observer store.Observer
}

// Store is the embedded engine.
type Store struct {
	path   string
	clock  clock.Clock
	read   *sql.DB // lists and history: a page may take a while
	prompt *sql.DB // single rows and short walks, kept apart so that they never queue behind a page
	writer *writer
	files  *openFiles

	rescued   reach
	member    sync.Mutex
	self      store.Member // this run, once it began; guarded by member
	restoring sync.Mutex
	closing   sync.Once
	closeErr  error
}

var _ store.Store = (*Store)(nil)

// Open opens the database file, creates it when it is missing, and brings its schema up to date, unless
// it is opened beside another process. A schema newer than this program knows is refused and left alone.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if !o.Beside {
		if err := forOwner(path); err != nil {
			return nil, err
		}
	}
	s, err := open(ctx, path, o)
	return s, opening(path, err)
}

// forOwner makes the file, if there is none, for its owner alone. SQLite would make it readable for everybody; what
// it puts beside a file gets the mode of the file (findCreateFileMode in its os_unix.c). A file that is there is not
// opened: to close it would take away the locks that this process holds on it
// (https://sqlite.org/howtocorrupt.html, "Posix advisory locks canceled by a separate thread doing close()").
func forOwner(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return fault.New(fault.Unavailable, "data_not_writable",
			"The database %s cannot be made: check the owner and permissions of its folder.", path).Because(err)
	}
	return file.Close()
}

func open(ctx context.Context, path string, o Options) (*Store, error) {
	files := &openFiles{}
	if err := errors.Join(hold(&files.data, path), hold(&files.rest, o.Held...)); err != nil {
		return nil, err
	}
	write, err := sql.Open("sqlite", dsn(path, writerCache, fmt.Sprintf("_txlock=immediate&_pragma=journal_size_limit(%d)", walKept)))
	if err != nil {
		return nil, translate("open the database", err)
	}
	write.SetMaxOpenConns(1)
	if err := o.prepare(ctx, write); err != nil {
		return nil, closeAfter(write, err)
	}
	s := &Store{path: path, clock: o.Clock, files: files, rescued: reach{}}
	if err := s.openReaders(path); err != nil {
		return nil, closeAfter(write, err)
	}
	beside, err := startCheckpointer(ctx, path)
	if err != nil {
		return nil, s.closeReadersAfter(closeAfter(write, err))
	}
	s.writer, err = startWriter(ctx, write, beside, files, o)
	if err != nil {
		return nil, closeAfter(beside.db, s.closeReadersAfter(closeAfter(write, err)))
	}
	return s, nil
}

// prepare makes sure that the schema is the one that this program works with.
func (o Options) prepare(ctx context.Context, db *sql.DB) error {
	if o.Beside {
		return matches(ctx, db)
	}
	return migrate(ctx, db)
}

func (s *Store) openReaders(path string) (err error) {
	if s.read, err = openPool(path, readers); err != nil {
		return err
	}
	if s.prompt, err = openPool(path, promptReaders); err != nil {
		return closeAfter(s.read, err)
	}
	return nil
}

// openPool opens n connections that cannot write.
func openPool(path string, n int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, readerCache, "_pragma=query_only(1)"))
	if err != nil {
		return nil, translate("open the database", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

func (s *Store) closeReadersAfter(cause error) error {
	return closeAfter(s.prompt, closeAfter(s.read, cause))
}

// Close waits for the group that is being committed and closes the file. If the file is no longer at its path, the
// connections stay open until the process ends: SQLite would remove the WAL by its name, and so that of the file that is
// there now (https://sqlite.org/howtocorrupt.html, "Unlinking or renaming a database file while in use").
func (s *Store) Close() error {
	s.closing.Do(func() {
		if s.files.check() != nil {
			s.writer.stop()
			return
		}
		s.closeErr = errors.Join(s.writer.close(), s.prompt.Close(), s.read.Close())
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
// so that the others wait for another process. No connection makes the file: one that is opened after the file was removed
// would start an empty database in its place.
func dsn(path string, cache int, more string) string {
	settings := fmt.Sprintf("_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(0)&_pragma=cache_size(-%d)&_pragma=wal_autocheckpoint(0)&_pragma=temp_store(MEMORY)&%s",
		busyTimeout, cache, more)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=rw&" + settings
}
