package postgres

import (
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Gather is a gatherer of numbers, whose groups may grow for rest.
func Gather(rest time.Duration, commit func([]int)) (add func(int) bool, stop func()) {
	g := gatherSlowly(clock.Clock{}, 512, rest, commit)
	return g.add, g.close
}
