package cli

import (
	"errors"
	"io/fs"

	"github.com/posthorn/posthorn/internal/fault"
)

// unreadable is the error about a file that the person named, the same in every command: one that is not there is
// missing, and one that is there may be readable later.
func unreadable(name string, cause error) error {
	if errors.Is(cause, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "file_missing", "There is no file %s.", name)
	}
	return fault.New(fault.Unavailable, "file_unreadable", "The file %s cannot be read; make it readable, or name another.", name).Because(reasonOf(cause))
}

// reasonOf is what the system says without the name, which is in the sentence already.
func reasonOf(cause error) error {
	if problem := (*fs.PathError)(nil); errors.As(cause, &problem) {
		return problem.Err
	}
	return cause
}
