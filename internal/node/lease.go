package node

import (
	"context"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// believed is how long what is in memory of the catalogue may be acted on after the last look at what others changed. A
// disabled endpoint gets nothing five seconds later, also from a node that does not hear of it because it is cut off. A
// look comes every second and takes a few seconds at most.
const believed = 4 * time.Second

// lease says until when this run may act on what it holds and knows.
type lease struct {
	clock   clock.Clock
	attempt time.Duration

	mu    sync.Mutex
	until moment
	lost  bool
	news  chan struct{} // closed and replaced when until, known or lost changes

	feed  bool   // others may change what this run keeps in memory
	look  moment // when the last look at that began
	known moment // until when it is believed
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

// looking notes that a look at what others changed begins. From the first on, sending depends on them.
func (l *lease) looking() {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feed, l.look = true, now
}

// looked notes that the look ended well.
func (l *lease) looked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = l.look.add(believed)
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

// covers reports whether a request that begins now ends before the lease, by either clock, and goes where it should.
func (l *lease) covers() (ok bool, news <-chan struct{}, err error) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return false, nil, ErrLost
	}
	return now.add(l.attempt).before(l.until) && (!l.feed || now.before(l.known)), l.news, nil
}

// await returns once a request may begin, with ctx's error, or with ErrLost, and reports whether it waited.
func (l *lease) await(ctx context.Context) (waited bool, err error) {
	for ; ; waited = true {
		ok, news, err := l.covers()
		if ok || err != nil {
			return waited, err
		}
		select {
		case <-ctx.Done():
			return true, ctx.Err()
		case <-news:
		}
	}
}
