//go:build posthorn_clock_offset

package cli

import (
	"os"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// offset names the variable that says by how much the clock is wrong. A build for operators does not know it.
const offset = "POSTHORN_TEST_CLOCK_OFFSET"

// machineClock is a clock that is wrong.
func machineClock() clock.Clock {
	by, err := time.ParseDuration(os.Getenv(offset)) //nolint:forbidigo // a test's setting, not the program's
	if err != nil {
		panic("set " + offset + " to a duration")
	}
	right := clock.Clock{}
	return clock.Func(func() time.Time { return right.Now().Add(by) })
}
