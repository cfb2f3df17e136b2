package node

import (
	"context"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// lease says until when this run may act on what it holds.
type lease struct {
	clock   clock.Clock
	attempt time.Duration

	mu    sync.Mutex
	until time.Time
	lost  bool
	news  chan struct{} // closed and replaced when until or lost changes
}

func (l *lease) init(c clock.Clock, attempt time.Duration) {
	l.clock, l.attempt, l.news = c, attempt, make(chan struct{})
}

// renewed makes the lease last until the given time.
func (l *lease) renewed(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = until
	l.tell()
}

// lose ends the lease for good: who waits for it need not wait longer.
func (l *lease) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = true
	l.tell()
}

// tell wakes who waits. The caller holds mu.
func (l *lease) tell() {
	close(l.news)
	l.news = make(chan struct{})
}

// covers reports whether a request that begins now ends before the lease. Both the steady clock and the
// calendar must say so: the former stands still while a machine sleeps, the latter can be set.
func (l *lease) covers() (ok bool, news <-chan struct{}, err error) {
	end := l.clock.Now().Add(l.attempt)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return false, nil, ErrLost
	}
	return end.Before(l.until) && end.Round(0).Before(l.until.Round(0)), l.news, nil
}

// await returns once a request that begins now ends before the lease does, with ctx's error, or with ErrLost.
func (l *lease) await(ctx context.Context) error {
	for {
		ok, news, err := l.covers()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		}
	}
}
