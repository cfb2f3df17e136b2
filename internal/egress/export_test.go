package egress

import (
	"context"
	"syscall"
)

// VetDialled gives tests the check on the socket, which the vetting before it never lets fail.
func (p Policy) VetDialled(secure bool) func(context.Context, string, string, syscall.RawConn) error {
	return p.vetDialled(secure)
}
