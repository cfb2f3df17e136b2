package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/posthorn/posthorn/internal/fault"
)

// opening makes the error of a damaged database say which file it is: whoever opens it is the operator, who
// can see the file. A WAL left beside a restored file would be copied into it.
func opening(path string, err error) error {
	var ours *fault.Error
	if !errors.As(err, &ours) || ours.Code != "data_damaged" {
		return err
	}
	return fault.New(fault.Unavailable, "data_damaged", "The file %[1]s is damaged or is no Posthorn database: move it away, together with "+
		"%[1]s-wal and %[1]s-shm if they are there, and put a backup of it in its place.", path).Because(ours.Cause)
}

// translate turns an error of the driver into ours. doing completes the sentence "could not ...". An
// error that is ours already stays as it is.
func translate(doing string, err error) error {
	var ours *fault.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	var theirs *sqlite.Error
	if !errors.As(err, &theirs) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	switch theirs.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fault.New(fault.Unavailable, "disk_full",
			"The disk that holds the data directory is full: free some space; nothing was stored.").Because(err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return fault.New(fault.Unavailable, "data_not_writable",
			"The database in the data directory cannot be opened for writing: check its owner and permissions.").Because(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "data_busy",
			"Another process holds the database: stop it, or use another data directory.").Because(err)
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		return fault.New(fault.Unavailable, "data_damaged",
			"The database file is damaged or is no database: restore it from a backup.").Because(err)
	case lib.SQLITE_IOERR:
		return fault.New(fault.Unavailable, "data_unreadable",
			"The disk that holds the data directory reports an error: check the disk; nothing was stored.").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// rolledBackAlready reports whether a ROLLBACK failed because SQLite has undone the transaction by itself, as it
// does when the disk is full (https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
func rolledBackAlready(err error) bool {
	var theirs *sqlite.Error
	return errors.As(err, &theirs) && theirs.Code() == lib.SQLITE_ERROR
}

// found turns "no rows" into fault.NotFound for the noun.
func found(noun string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(noun)
	}
	return translate("read the "+noun, err)
}

// taken turns a broken unique rule into fault.Conflict for the noun.
func taken(noun string, err error) error {
	var theirs *sqlite.Error
	if errors.As(err, &theirs) && theirs.Code()&0xff == lib.SQLITE_CONSTRAINT {
		return fault.New(fault.Conflict, "taken", "Another %s has this name already.", noun).Because(err)
	}
	return translate("store the "+noun, err)
}
