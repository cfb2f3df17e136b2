package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/retry"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	// smallestStep is what counts as a step of the wall clock rather than as its being slewed: 500 parts in a million of
	// longestNap are far less.
	smallestStep = time.Second
	// afterStep is how many times more the store is searched after a step, lookAgain apart: an attempt that was under way may
	// be settled later, by the clock of then.
	afterStep = 4
)

// clockWatch notices that the wall clock was set, by the clock that cannot be.
type clockWatch struct {
	clock clock.Clock
	wall  time.Time
	ran   time.Duration
}

func watchClock(c clock.Clock) *clockWatch {
	return &clockWatch{clock: c, wall: c.Now(), ran: c.Steady()}
}

// step returns by how much the wall clock was set since the last call, zero for less than smallestStep.
func (w *clockWatch) step() time.Duration {
	wall, ran := w.clock.Now(), w.clock.Steady()
	step := wall.Sub(w.wall) - (ran - w.ran)
	w.wall, w.ran = wall, ran
	if step.Abs() < smallestStep {
		return 0
	}
	return step
}

// clockStepped makes everything that was scheduled by the clock of before be looked at by that of now.
func (e *Engine) clockStepped(step time.Duration, now time.Time) {
	e.config.Log.Warn("system clock was set, rescheduling what waits", "step", step)
	e.schedule.restart(now)
	if step < 0 {
		e.search(0)
	}
}

// search has the store searched for deliveries that wait too long; see pullIn. It does not wait. Of several searches that
// have not begun, the one with the least slack is made.
func (e *Engine) search(slack time.Duration) {
	for {
		select {
		case e.searches <- slack:
			return
		case other := <-e.searches:
			slack = min(slack, other)
		}
	}
}

// restart rings every alarm and restarts every rate limit: both hold times of another clock.
func (s *schedule) restart(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		l.rate.restart(now)
		l.tenant.rate.restart(now)
		if !l.due.IsZero() {
			l.due = now // the backlog says when it is
		}
	}
	for _, l := range s.alarms.heap { // all at the same time is a heap
		l.alarm = now
	}
}

// pullIn searches the store for deliveries that wait longer than their policy says, such as those that were scheduled by a
// clock that ran ahead and came back, and puts them on the schedule. slack is how much longer is not minded.
func (e *Engine) pullIn(ctx context.Context, slack time.Duration) {
	waits := e.waits(slack)
	var last hook.Key
	pulled := 0
	e.persist(ctx, "reschedule what waits too long", func(ctx context.Context) (bool, error) {
		page, err := e.parts.Store.Waiting(ctx, last, waitingPage)
		if err != nil {
			return false, err
		}
		for _, w := range page {
			now := e.config.Clock.Now()
			n, err := e.parts.Store.PullIn(ctx, w.EndpointKey, waits, now)
			if err != nil {
				return false, err
			}
			if n > 0 {
				e.schedule.noteFor(w.ApplicationKey, w.EndpointKey, now, now)
			}
			pulled, last = pulled+n, w.EndpointKey
		}
		return len(page) < waitingPage, nil
	})
	if pulled > 0 {
		e.config.Log.Warn("rescheduled deliveries that waited longer than their policy says", "deliveries", pulled)
	}
}

// waits returns the longest waits that the policy allows. A delivery that waits for ourPause may be tried earlier for once.
func (e *Engine) waits(slack time.Duration) store.Waits {
	longest := make([]time.Duration, e.config.Policy.Retries()+1)
	for failed := range longest {
		longest[failed] = e.config.Policy.Longest(failed)
	}
	return store.Waits{Longest: longest, Asked: retry.MaxRetryAfter, Slack: slack + smallestStep}
}
