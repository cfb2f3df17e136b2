package postgres

import (
	"runtime"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/store"
)

// gatherer gathers work while the group before is being committed; nobody waits for a timer. There is one
// for publishes, since they are told in the order of their keys, and a few for settlements.
type gatherer[T any] struct {
	clock  clock.Clock
	commit func([]T) // stores a group and answers everybody in it
	most   int
	weigh  func(T) int   // how many bytes one brings; nil is few
	rest   time.Duration // how long a small group may grow, where nobody waits for it

	mu       sync.Mutex
	gathered []T
	stopped  bool
	wake     chan struct{} // holds a token while something is gathered
	ended    chan struct{}
}

func gather[T any](c clock.Clock, most int, weigh func(T) int, commit func([]T)) *gatherer[T] {
	return (&gatherer[T]{clock: c, commit: commit, most: most, weigh: weigh}).start()
}

// gatherSlowly gathers work that nobody waits for: a small group may grow for rest.
func gatherSlowly[T any](c clock.Clock, most int, rest time.Duration, commit func([]T)) *gatherer[T] {
	return (&gatherer[T]{clock: c, commit: commit, most: most, rest: rest}).start()
}

func (g *gatherer[T]) start() *gatherer[T] {
	g.wake, g.ended = make(chan struct{}, 1), make(chan struct{})
	go g.loop()
	return g
}

// add adds to the next group. It reports false after the end.
func (g *gatherer[T]) add(one T) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped {
		return false
	}
	g.gathered = append(g.gathered, one)
	g.signal()
	return true
}

// signal leaves a token for the loop. The caller holds mu.
func (g *gatherer[T]) signal() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *gatherer[T]) loop() {
	defer close(g.ended)
	var before int
	for range g.wake {
		g.letOthersGather()
		g.letGrow(before)
		next, last := g.take()
		if before = len(next); before > 0 {
			g.commit(next)
		}
		if last {
			return
		}
	}
}

// letOthersGather lets those who were just answered bring what they do next, if the processors are busy, as
// the embedded engine does.
func (g *gatherer[T]) letOthersGather() {
	began := g.clock.Now()
	for range 4 {
		runtime.Gosched()
		if g.clock.Now().Sub(began) > longEnough {
			return
		}
	}
}

// fewMembers is below how many a group costs the database more for itself than for its members.
const fewMembers = 32

// letGrow waits for more members if the group is small. If the one before had a single member, none would come:
// who works step by step would only be slowed down.
func (g *gatherer[T]) letGrow(before int) {
	if g.rest == 0 || before < 2 || !g.mayGrow() {
		return
	}
	timer := time.NewTimer(g.rest)
	defer timer.Stop()
	<-timer.C
}

func (g *gatherer[T]) mayGrow() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.gathered) < fewMembers && !g.stopped
}

// longEnough is how long others may take before the group is taken all the same.
const longEnough = 500 * time.Microsecond

// take returns the next group and whether it is the last.
func (g *gatherer[T]) take() (next []T, last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next, g.gathered = store.Group(g.gathered, g.most, g.weigh)
	if len(g.gathered) > 0 {
		g.signal()
		return next, false
	}
	if g.stopped {
		g.signal()
	}
	return next, g.stopped
}

// close commits what is gathered and refuses what comes later.
func (g *gatherer[T]) close() {
	g.mu.Lock()
	g.stopped = true
	g.signal()
	g.mu.Unlock()
	<-g.ended
}
