//go:build unix

package postgres

import (
	"errors"
	"syscall"
)

// quiet reports whether there is nothing to read from the socket, not even its end. Sockets of Go never block.
func quiet(fd uintptr) bool {
	_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK) //nolint:gosec // a small number
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
}
