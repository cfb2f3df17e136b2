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
	news  chan struct{} // closed and replaced when until changes
}

func (l *lease) init(c clock.Clock, attempt time.Duration) {
	l.clock, l.attempt, l.news = c, attempt, make(chan struct{})
}

// renewed makes the lease last until the given time.
func (l *lease) renewed(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = until
	close(l.news)
	l.news = make(chan struct{})
}

// covers reports whether a request that begins now ends before the lease. Both the steady clock and the
// calendar must say so: the former stands still while a machine sleeps, the latter can be set.
func (l *lease) covers() (bool, <-chan struct{}) {
	end := l.clock.Now().Add(l.attempt)
	l.mu.Lock()
	defer l.mu.Unlock()
	return end.Before(l.until) && end.Round(0).Before(l.until.Round(0)), l.news
}

// await returns once a request that begins now ends before the lease does, or with ctx's error.
func (l *lease) await(ctx context.Context) error {
	for {
		ok, news := l.covers()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		}
	}
}
