package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// errLocked is what lockHandle returns for a file that another process has locked.
var errLocked = errors.New("locked by another process")

// lock keeps other servers off the data directory until it is closed or the process is gone. It says
// nothing about other commands, which may read and write the database beside a server.
func (d dataDir) lock() (io.Closer, error) {
	file, err := os.OpenFile(d.path(lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, dataFault(string(d), err)
	}
	switch err := lockHandle(file); {
	case errors.Is(err, errLocked):
		defer file.Close() //nolint:errcheck // read only
		return nil, fault.New(fault.Conflict, "data_in_use", "Another Posthorn%s uses the data directory %s: "+
			"stop it first, or give this one another folder with --data or POSTHORN_DATA.", holder(file), string(d))
	case err != nil:
		defer file.Close() //nolint:errcheck // nothing was written
		return nil, dataFault(string(d), err)
	}
	if err := sign(file); err != nil {
		defer file.Close() //nolint:errcheck // the first error is the one to report
		return nil, dataFault(string(d), err)
	}
	return file, nil
}

// sign writes who holds the lock, for the sentence that a second process gets.
func sign(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(file, "%d\n", os.Getpid())
	return err
}

func holder(file *os.File) string {
	text, err := io.ReadAll(io.LimitReader(file, 20))
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}
