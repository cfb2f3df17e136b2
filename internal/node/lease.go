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
	until moment
	lost  bool
	news  chan struct{} // closed and replaced when until or lost changes
}

func (l *lease) init(c clock.Clock, attempt time.Duration) {
	l.clock, l.attempt, l.news = c, attempt, make(chan struct{})
}

// moment is a time by the calendar and by the steady clock. The former can be set, the latter stands still while a
// machine sleeps.
type moment struct {
	calendar time.Time
	steady   time.Duration
}

func (m moment) add(d time.Duration) moment { return moment{m.calendar.Add(d), m.steady + d} }

// before reports whether both clocks say that m comes first.
func (m moment) before(n moment) bool { return m.calendar.Before(n.calendar) && m.steady < n.steady }

func (l *lease) now() moment { return moment{l.clock.Now(), l.clock.Steady()} }

// renewed makes the lease last until the given moment.
func (l *lease) renewed(until moment) {
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

// reaches reports whether the lease was not over at the given moment.
func (l *lease) reaches(m moment) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return m.before(l.until)
}

// covers reports whether a request that begins now ends before the lease, by either clock.
func (l *lease) covers() (ok bool, news <-chan struct{}, err error) {
	end := l.now().add(l.attempt)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return false, nil, ErrLost
	}
	return end.before(l.until), l.news, nil
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
