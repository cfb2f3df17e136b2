package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/posthorn/posthorn/internal/fault"
)

// openFiles compares the files that the store has open with what is at their paths. A file that was removed or
// replaced is still there for those that have it open, and what is written to it is lost with the last of them.
type openFiles struct {
	data []heldFile  // what a commit goes into: the database and its WAL
	rest []heldFile  // what others would need to find
	lost atomic.Bool // the last comparison found a difference
}

// heldFile is a file as it was when it was opened.
type heldFile struct {
	path string
	info fs.FileInfo
}

// hold remembers the files as they are now.
func hold(held *[]heldFile, paths ...string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return fault.New(fault.Unavailable, "data_not_writable",
				"The file %s was just opened and is not there: check which other program works in its folder.", path).Because(err)
		}
		*held = append(*held, heldFile{path, info})
	}
	return nil
}

// holdSides remembers the files that SQLite keeps beside the database from the first read to the last close: the WAL and
// its index. It fails if the files were replaced while they were opened. A file system without shared memory has neither
// (https://sqlite.org/wal.html).
func (o *openFiles) holdSides() error {
	database := o.data[0].path
	if _, err := os.Stat(database + "-wal"); err == nil {
		if err := errors.Join(hold(&o.data, database+"-wal"), hold(&o.rest, database+"-shm")); err != nil {
			return err
		}
	}
	return o.check()
}

// check returns a fault.Unavailable with code "data_replaced" if a path does not lead to the file that is open. Files that
// are put back, the same and not copies, make it return nil again.
func (o *openFiles) check() error {
	err := moved(o.data)
	if err == nil {
		err = moved(o.rest)
	}
	o.lost.Store(err != nil)
	return err
}

// checkBefore is check if the last one found a difference: no group is written into a file that is known to be lost.
func (o *openFiles) checkBefore() error {
	if !o.lost.Load() {
		return nil
	}
	return o.check()
}

// checkAfter looks at the files that a commit went into. It costs a microsecond or two.
func (o *openFiles) checkAfter() error {
	err := moved(o.data)
	if err != nil {
		o.lost.Store(true)
	}
	return err
}

// moved returns an error if the path of a file leads to nothing or to another file. A folder that cannot be read at the
// moment says nothing about the file.
func moved(held []heldFile) error {
	for _, file := range held {
		info, err := os.Stat(file.path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, file.info) {
			return replaced(file.path, err)
		}
	}
	return nil
}

func replaced(path string, cause error) error {
	if cause == nil {
		cause = fmt.Errorf("%s is another file than the one that was opened", path)
	}
	return fault.New(fault.Unavailable, "data_replaced", "Files in the data directory were removed or replaced under the running server, "+
		"and nothing is stored any more: put the same files back, and the server continues by itself. If they were deleted, do not stop the server: "+
		"first copy posthorn.db and its WAL from /proc/PID/fd, as the guide on backups says.").Because(cause)
}

// Intact returns an error if the database file, one of the files that SQLite keeps beside it, or one of Options.Held is
// no longer at its path. Each write asks the same before it is acknowledged.
func (s *Store) Intact() error { return s.files.check() }
