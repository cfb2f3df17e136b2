//go:build posthorn_clock_offset

package cli

import (
	"os"
	"strings"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// The variables that say by how much the clock is wrong: always, or as a file says that a test writes anew. A build for
// operators has neither.
const (
	offset     = "POSTHORN_TEST_CLOCK_OFFSET"
	offsetFile = "POSTHORN_TEST_CLOCK_FILE"
)

// offsetAge is how long an offset from the file is used.
const offsetAge = 50 * time.Millisecond

// machineClock is a clock that is wrong. Its steady clock is right.
func machineClock() clock.Clock {
	right := clock.Clock{}
	if path := os.Getenv(offsetFile); path != "" { //nolint:forbidigo // a test's setting, not the program's
		s := &stepped{path: path, right: right}
		return clock.Func(s.now).Keeping(right.Steady)
	}
	by := parsed(os.Getenv(offset)) //nolint:forbidigo // a test's setting, not the program's
	return clock.Func(func() time.Time { return right.Now().Add(by) }).Keeping(right.Steady)
}

// stepped is a clock that is set by writing a file.
type stepped struct {
	path  string
	right clock.Clock

	mu   sync.Mutex
	by   time.Duration
	read time.Duration // by the steady clock
}

func (s *stepped) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.right.Steady(); s.read == 0 || at-s.read > offsetAge {
		text, err := os.ReadFile(s.path)
		if err != nil {
			panic(err)
		}
		s.by, s.read = parsed(strings.TrimSpace(string(text))), at
	}
	return s.right.Now().Add(s.by)
}

func parsed(text string) time.Duration {
	by, err := time.ParseDuration(text)
	if err != nil {
		panic("set " + offset + " to a duration, or " + offsetFile + " to a file with one")
	}
	return by
}
