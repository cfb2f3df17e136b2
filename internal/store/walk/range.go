package walk

import (
	"bytes"
	"time"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Span is a stretch of time with the microsecond of After and without that of Before. A zero end is open.
type Span struct{ After, Before time.Time }

// IDs returns the ids that a page may hold as [low, high), by its beginning and by time: ids say when
// they were made.
func IDs(page store.Page[id.ID], within Span) (low, high []byte) {
	low, high = []byte{0}, bytes.Repeat([]byte{0xff}, len(id.ID{})+1)
	if !within.After.IsZero() {
		floor := id.Floor(within.After.Truncate(time.Microsecond))
		low = floor[:]
	}
	if !within.Before.IsZero() {
		floor := id.Floor(within.Before.Truncate(time.Microsecond))
		high = floor[:]
	}
	switch {
	case page.From == nil:
	case Falling(page):
		high = least(high, page.From[:])
	default:
		low = most(low, append(page.From[:], 0)) // the smallest text of bytes behind From
	}
	return low, high
}

func least(a, b []byte) []byte {
	if bytes.Compare(a, b) < 0 {
		return a
	}
	return b
}

func most(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		return a
	}
	return b
}

// Names returns the names that a page may hold, both ends left out.
func Names(page store.Page[string]) (low, high string) {
	low, high = "", "\U0010FFFF" // the last character that there is
	switch {
	case page.From == nil:
	case Falling(page):
		high = *page.From
	default:
		low = *page.From
	}
	return low, high
}
