package deliver

import (
	"container/heap"
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// alarms is the heap of lanes that are to be looked at later: because a retry falls due or a rate limit
// opens.
type alarms struct {
	heap laneHeap
	rang chan struct{} // holds a token when the first alarm has changed
}

type laneHeap []*lane

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].alarm.Before(h[j].alarm) }
func (h laneHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *laneHeap) Push(x any) {
	l := x.(*lane) //nolint:forcetypeassert // only lanes are pushed
	l.place = len(*h)
	*h = append(*h, l)
}

func (h *laneHeap) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = nil
	*h, l.place = (*h)[:last], -1
	return l
}

// wake makes the timekeeper look at the lane at the given time at the latest. The caller holds mu.
func (s *schedule) wake(l *lane, at time.Time) {
	switch {
	case l.place < 0:
		l.alarm = at
		heap.Push(&s.alarms.heap, l)
	case at.Before(l.alarm):
		l.alarm = at
		heap.Fix(&s.alarms.heap, l.place)
	default:
		return
	}
	if s.alarms.heap[0] == l {
		select {
		case s.alarms.rang <- struct{}{}:
		default:
		}
	}
}

// note remembers that the backlog has something for the lane at due. The caller holds mu.
func (s *schedule) note(l *lane, due, now time.Time) {
	if l.due.IsZero() || due.Before(l.due) {
		l.due = due
	}
	s.refill(l, now)
}

// noteFor is note for callers that hold neither lane nor lock.
func (s *schedule) noteFor(application, endpoint hook.Key, due, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.limits.away() {
		s.note(s.lane(application, endpoint), due, now)
	}
}

// noteKnown makes the backlog of an endpoint be looked at now. One without a lane has nothing waiting, or the
// schedule would know: setting up thousands of endpoints costs nothing here.
func (s *schedule) noteKnown(endpoint hook.Key, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lanes[endpoint]; l != nil {
		s.note(l, now, now)
	}
}

// refill sees that the lane is filled from the backlog once something is due and there is room.
func (s *schedule) refill(l *lane, now time.Time) {
	if !l.due.IsZero() && l.hungry() {
		s.wake(l, maxTime(l.due, now))
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ring takes the lanes whose time has come off the heap. It lists those that a rate limit held up, has
// those filled that the backlog has something for, and returns when the next alarm is, zero if there is
// none.
func (s *schedule) ring(now time.Time) (next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.alarms.heap) > 0 {
		l := s.alarms.heap[0]
		if l.alarm.After(now) {
			return l.alarm
		}
		heap.Pop(&s.alarms.heap)
		s.release(l)
		if l.due.IsZero() || l.due.After(now) || !l.hungry() {
			s.refill(l, now)
			s.forget(l, now)
			continue
		}
		l.filling, l.due = true, time.Time{}
		s.fills.push(l)
		s.fill.Signal()
	}
	return time.Time{}
}

// longestNap is how long the timekeeper trusts its timer: the wall clock, by which retries are due, may be set meanwhile.
const longestNap = 5 * time.Second

// keepTime rings alarms until ctx ends.
func (e *Engine) keepTime(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	watch := watchClock(e.config.Clock)
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-e.schedule.alarms.rang:
		}
		now, nap := e.config.Clock.Now(), longestNap
		if step := watch.step(); step != 0 {
			e.clockStepped(step, now)
		}
		if next := e.schedule.ring(now); !next.IsZero() {
			nap = min(max(next.Sub(now), 0), longestNap)
		}
		timer.Reset(nap)
	}
}
