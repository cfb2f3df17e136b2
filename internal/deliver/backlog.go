package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	claimBatch  = 256  // deliveries of one endpoint that are read back at a time
	cancelBatch = 2000 // deliveries of one endpoint that are canceled at a time
	fillers     = 32   // lanes that are filled at a time; their leases share transactions
)

// fillLanes reads what is due back from the store, lane by lane, until the schedule is closed.
func (e *Engine) fillLanes(ctx context.Context) {
	for {
		l := e.schedule.nextFill()
		if l == nil {
			return
		}
		next, err := e.fill(ctx, l)
		if err != nil {
			next = e.config.Clock.Now().Add(longestPause)
			if ctx.Err() == nil {
				e.warn("cannot read the backlog of an endpoint; trying again", err)
			}
		}
		e.schedule.filled(l, next, e.config.Clock.Now())
	}
}

// fill brings what is due into memory and returns when it is to be looked at again, zero if nothing
// waits. It asks the store first: most changes are to endpoints for which nothing waits.
func (e *Engine) fill(ctx context.Context, l *lane) (next time.Time, err error) {
	now := e.config.Clock.Now()
	next, waits, err := e.parts.Store.NextDue(ctx, l.endpoint)
	if err != nil || !waits {
		return time.Time{}, err
	}
	_, route, err := e.parts.Directory.Route(ctx, l.application, l.endpoint)
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		return time.Time{}, e.cancelAll(ctx, l, hook.ReasonDeleted)
	case err != nil:
		return time.Time{}, err
	case route.Endpoint.Disabled:
		return time.Time{}, e.cancelAll(ctx, l, hook.ReasonDisabled)
	case next.After(now):
		return next, nil
	}
	if _, problem := route.Open(); problem != nil {
		return e.unsendable(l, route, problem), nil
	}
	if err := e.lease(ctx, l, now); err != nil {
		return time.Time{}, err
	}
	next, _, err = e.parts.Store.NextDue(ctx, l.endpoint)
	return next, err
}

// lease takes as much of what is due as there is room for. What was taken but cannot be read goes back:
// without its payload it would look as if that were gone for good.
func (e *Engine) lease(ctx context.Context, l *lane, now time.Time) error {
	n := e.schedule.room(l)
	if n == 0 {
		return nil
	}
	leased, err := e.parts.Store.Lease(ctx, l.endpoint, now, n)
	if err == nil {
		e.schedule.bring(l, leased)
		return nil
	}
	if len(leased) > 0 {
		e.giveBack(ctx, leased)
	}
	return err
}

// giveBack releases what this run holds and cannot send. If ctx ends first, the next run takes it over.
func (e *Engine) giveBack(ctx context.Context, leased []store.Leased) {
	deliveries := make([]hook.Delivery, len(leased))
	for i, c := range leased {
		deliveries[i] = c.Delivery
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := e.parts.Store.Release(context.WithoutCancel(ctx), deliveries)
		if err == nil {
			return
		}
		e.warn("cannot give deliveries back; trying again", err)
		if sleep(ctx, pause) != nil {
			return
		}
	}
}

// cancelAll ends everything that waits for an endpoint that is gone or disabled.
func (e *Engine) cancelAll(ctx context.Context, l *lane, reason string) error {
	for ctx.Err() == nil {
		n, err := e.parts.Store.Cancel(ctx, l.endpoint, reason, cancelBatch)
		if err != nil {
			return err
		}
		e.totals.canceled.Add(int64(n))
		if n < cancelBatch {
			return nil
		}
	}
	return ctx.Err()
}

// nextFill waits for a lane that is to be filled. It returns nil once the schedule is closed.
func (s *schedule) nextFill() *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.fills.len() == 0 && !s.closed {
		s.fill.Wait()
	}
	if s.closed {
		return nil
	}
	return s.fills.pop()
}

// room returns how many deliveries of the lane may be read back now: few when memory is half full, none
// when it is full.
func (s *schedule) room(l *lane) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := max(l.appetite()-l.leased.len(), 1)
	switch {
	case s.bytes >= s.limits.Bytes:
		return 0
	case s.bytes >= s.limits.Bytes/2:
		return max(n/8, 1)
	default:
		return n
	}
}

// bring queues what was leased.
func (s *schedule) bring(l *lane, leased []store.Leased) {
	jobs := make([]*job, len(leased))
	for i, c := range leased {
		jobs[i] = &job{parcel: newParcel(c.Message), lane: l, delivery: c.Delivery}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range jobs {
		j.parcel.left = 1
		s.bytes += j.parcel.size()
		l.leased.push(j)
	}
	s.list(l)
}

// filled notes when more is due. What was noted while the lane was being filled counts too: it may be
// newer than what the store said. A lane that found no room waits its turn until there is some.
func (s *schedule) filled(l *lane, next, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !next.IsZero() && !next.After(now) && s.bytes >= s.limits.Bytes {
		s.starve.push(l)
		return
	}
	l.filling = false
	if !next.IsZero() {
		s.note(l, next, now)
	}
	s.refill(l, now)
	s.forget(l, now)
	s.feed()
}

// feed lets a lane that found no room try again, if there is room now. One at a time is enough: whoever is
// filled feeds the next. The caller holds mu.
func (s *schedule) feed() {
	if s.starve.len() > 0 && s.bytes < s.limits.Bytes {
		s.fills.push(s.starve.pop())
		s.fill.Signal()
	}
}
