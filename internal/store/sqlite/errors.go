package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/posthorn/posthorn/internal/fault"
)

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
