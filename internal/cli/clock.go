//go:build !posthorn_clock_offset

package cli

import "github.com/posthorn/posthorn/internal/clock"

// machineClock is the clock of this machine. The build tag posthorn_clock_offset makes it go wrong by as much as the test
// of nodes whose clocks disagree says.
func machineClock() clock.Clock { return clock.Clock{} }
