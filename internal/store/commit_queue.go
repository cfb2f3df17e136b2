package store

import (
	"slices"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

const (
	// DefaultWaiting is how many bytes of messages, and as many of received webhooks, may wait to be committed unless
	// the options of an engine say otherwise.
	DefaultWaiting = 64 << 20
	// waiterBytes is what a caller that waits costs besides its payload: a request, a connection and a goroutine.
	waiterBytes = 4 << 10
	// MaxOldest is how long the oldest commit may have waited before a store counts as unable to acknowledge.
	MaxOldest = 3 * time.Second
	// MaxWait is how long a publication or an arrival waits for its group at most. One that has waited longer when its
	// turn comes is refused, so that the time of an answer does not grow with the length of the queue.
	MaxWait = 5 * time.Second
)

// CommitQueue accounts for what waits to be committed: its bytes are bounded and its age is known. It is safe for
// concurrent use.
type CommitQueue struct {
	clock clock.Clock
	most  int64 // bytes; zero has no bound

	mu     sync.Mutex
	bytes  int64
	oldest *CommitWaiter
	newest *CommitWaiter
}

// CommitWaiter is the place of one caller in a CommitQueue. It is part of what waits, so that to wait allocates nothing.
type CommitWaiter struct {
	since        time.Duration // by the steady clock
	bytes        int64
	older, newer *CommitWaiter
}

// Waiter returns w, for types that embed one.
func (w *CommitWaiter) Waiter() *CommitWaiter { return w }

// NewCommitQueue returns a CommitQueue for so many bytes; zero has no bound.
func NewCommitQueue(c clock.Clock, most int64) *CommitQueue {
	return &CommitQueue{clock: c, most: most}
}

// Enter counts w, with the bytes of its payload, until Leave. It returns fault.Unavailable with code "store_busy" if that
// exceeds the bound, and w is not counted then. A caller that is alone is never refused.
func (q *CommitQueue) Enter(w *CommitWaiter, payload int) error {
	w.bytes, w.since = waiterBytes+int64(payload), q.clock.Steady()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.most > 0 && q.oldest != nil && q.bytes+w.bytes > q.most {
		return fault.New(fault.Unavailable, "store_busy",
			"The database does not commit as fast as work arrives, and as much waits as the setting memory allows: try again in a moment.")
	}
	q.bytes += w.bytes
	w.older = q.newest
	if q.newest == nil {
		q.oldest = w
	} else {
		q.newest.newer = w
	}
	q.newest = w
	return nil
}

// Leave ends the count of a waiter that entered.
func (q *CommitQueue) Leave(w *CommitWaiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= w.bytes
	if w.older == nil {
		q.oldest = w.newer
	} else {
		w.older.newer = w.newer
	}
	if w.newer == nil {
		q.newest = w.older
	} else {
		w.newer.older = w.older
	}
	w.older, w.newer = nil, nil
}

// Oldest returns how long the one that has waited longest has waited; zero if nothing waits.
func (q *CommitQueue) Oldest() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.oldest == nil {
		return 0
	}
	return q.clock.Steady() - q.oldest.since
}

// Bytes returns how many bytes wait.
func (q *CommitQueue) Bytes() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

// Late returns fault.Unavailable with code "store_slow" if w has waited longer than MaxWait.
func (q *CommitQueue) Late(w *CommitWaiter) error {
	if q.clock.Steady()-w.since <= MaxWait {
		return nil
	}
	return ErrSlow()
}

// RefuseLate answers those of a group that have waited longer than MaxWait, and returns the others in their order.
func RefuseLate[T interface{ Waiter() *CommitWaiter }](q *CommitQueue, all []T, answer func(T, error)) []T {
	return slices.DeleteFunc(all, func(one T) bool {
		err := q.Late(one.Waiter())
		if err != nil {
			answer(one, err)
		}
		return err != nil
	})
}

// ErrSlow refuses what the database does not do in time.
func ErrSlow() *fault.Error {
	return fault.New(fault.Unavailable, "store_slow",
		"The database does not answer in time: check its load, its disk, its locks and the network; try again in a moment.")
}
