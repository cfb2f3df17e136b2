package store

import (
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Work is a sort of writes that share transactions.
type Work uint8

// The sorts of writes.
const (
	Publishing Work = iota // messages
	Receiving              // webhooks
	Settling               // attempts and the states of deliveries
	Concluding             // ends of the processing of received webhooks
	Changing               // everything else
	works
)

// String returns the name of the work in metrics.
func (w Work) String() string {
	return [...]string{"publish", "receive", "settle", "conclude", "change"}[w]
}

// Works returns all sorts of writes.
func Works() []Work { return []Work{Publishing, Receiving, Settling, Concluding, Changing} }

// Load is how busy an engine is, as far as memory shows: to ask does not reach the database.
type Load struct {
	Waits       [works]Wait // by Work
	Connections int         // to the database, in use
}

// Wait is what waits to be committed.
type Wait struct {
	Oldest time.Duration // how long the oldest has waited; zero if nothing waits
	Bytes  int64
}

// Observer receives every transaction that writes: how long it took, without the wait for its turn, and its error. It
// must not block.
type Observer interface {
	Committed(took time.Duration, err error)
}

// CommitQueues are the queues of an engine, by Work.
type CommitQueues [works]*CommitQueue

// NewCommitQueues returns queues of which those for messages and received webhooks are bounded to so many bytes each;
// zero is DefaultWaiting.
func NewCommitQueues(c clock.Clock, most int64) CommitQueues {
	if most == 0 {
		most = DefaultWaiting
	}
	var q CommitQueues
	for _, w := range Works() {
		q[w] = NewCommitQueue(c, 0)
	}
	q[Publishing], q[Receiving] = NewCommitQueue(c, most), NewCommitQueue(c, most)
	return q
}

// Stuck returns fault.Unavailable with code "store_slow" while a message or a received webhook has waited longer than
// MaxOldest to be committed.
func (q CommitQueues) Stuck() error {
	if max(q[Publishing].Oldest(), q[Receiving].Oldest()) > MaxOldest {
		return ErrSlow()
	}
	return nil
}

// Waits returns what waits, by Work.
func (q CommitQueues) Waits() (all [works]Wait) {
	for _, w := range Works() {
		all[w] = Wait{Oldest: q[w].Oldest(), Bytes: q[w].Bytes()}
	}
	return all
}
