package deliver

import (
	"fmt"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Bench drives a scheduler without an engine: one worker, a clock that is moved by hand, and a backlog
// in a map.
type Bench struct {
	Problem string        // the first thing that was wrong
	Waited  time.Duration // how long Finish had to let pass

	s        *schedule
	now      time.Time
	limits   []int
	key      hook.Key
	worked   bool   // whether Through has been called
	taken    []*job // on the wire
	answered []*job // not settled
	backlog  map[hook.Key][]store.Leased
	last     map[hook.Key]hook.Key // newest fresh message started at an endpoint
	open     int                   // deliveries that are not settled for good
}

// NewBench returns a bench with nothing to do.
func NewBench(l Limits) *Bench {
	return &Bench{s: newSchedule(l), now: time.Unix(1_800_000_000, 0), limits: []int{0, 0},
		backlog: map[hook.Key][]store.Leased{}, last: map[hook.Key]hook.Key{}}
}

// Limit adds a rate limit, for endpoints and applications to have by turns.
func (b *Bench) Limit(limit int) { b.limits = append(b.limits, limit) }

func (b *Bench) clock() time.Time { return b.now }

// Publish publishes a message of a size to endpoints of the first one's application.
func (b *Bench) Publish(endpoints []int, size int) {
	slices.Sort(endpoints)
	b.key++
	m := hook.Message{Key: b.key, ApplicationKey: 1, Payload: make([]byte, size), CreatedAt: b.now}
	for _, e := range endpoints {
		m.Targets = append(m.Targets, hook.Key(e))
	}
	deferred := b.s.full(m.Targets, size)
	for _, endpoint := range deferred {
		b.wait(m, endpoint, b.now)
	}
	fan := len(m.Targets) - len(deferred)
	b.s.add(&parcel{message: m, fan: fan, left: fan}, deferred, b.now)
	b.open += len(m.Targets)
}

func (b *Bench) wait(m hook.Message, endpoint hook.Key, due time.Time) {
	b.backlog[endpoint] = append(b.backlog[endpoint], store.Leased{Message: m, Delivery: hook.Delivery{
		ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: endpoint, State: hook.Waiting, DueAt: due}})
}

// Take takes a job if there is one now.
func (b *Bench) Take() bool {
	b.s.mu.Lock()
	j := b.s.take(b.now)
	b.s.mu.Unlock()
	if j == nil {
		return false
	}
	b.inspect(j)
	endpoint := int(j.lane.endpoint)
	b.s.learn(j, limits{known: true, endpoint: b.limits[endpoint%len(b.limits)], application: b.limits[1%len(b.limits)]}, b.now)
	b.taken = append(b.taken, j)
	return true
}

// inspect looks for a job that must not have been handed out.
func (b *Bench) inspect(j *job) {
	l := j.lane
	switch {
	case l.requests > max(b.s.limits.InFlight, 1):
		b.Problem = fmt.Sprintf("%d requests on the wire", l.requests)
	case l.unsettled > b.s.limits.Window:
		b.Problem = fmt.Sprintf("%d not settled", l.unsettled)
	case j.fresh && j.delivery.MessageKey <= b.last[l.endpoint]:
		b.Problem = fmt.Sprintf("message %d started behind %d", j.delivery.MessageKey, b.last[l.endpoint])
	case b.s.lanes[l.endpoint] != l:
		b.Problem = "a lane was forgotten while it had work"
	}
	if j.fresh {
		b.last[l.endpoint] = j.delivery.MessageKey
	}
}

// Answer answers the oldest request.
func (b *Bench) Answer(succeeded bool) bool {
	if len(b.taken) == 0 {
		return false
	}
	j := b.taken[0]
	b.taken = b.taken[1:]
	if b.key%7 == 0 {
		b.s.skipped(j)
	} else {
		b.s.answered(j, succeeded, b.now)
	}
	b.answered = append(b.answered, j)
	return true
}

// Settle settles the oldest answer; the delivery is due again in a second, or done.
func (b *Bench) Settle(again bool) bool {
	if len(b.answered) == 0 {
		return false
	}
	j := b.answered[0]
	b.answered = b.answered[1:]
	if !again {
		b.open--
		b.s.settled(j, time.Time{}, b.now)
		return true
	}
	due := b.now.Add(time.Second)
	b.wait(j.parcel.message, j.lane.endpoint, due)
	b.s.settled(j, due, b.now)
	return true
}

// Wait lets time pass up to so many milliseconds, or to the next alarm.
func (b *Bench) Wait(milliseconds int) {
	b.now = b.now.Add(time.Duration(milliseconds) * time.Millisecond)
	b.s.ring(b.now)
}

// Set sets the clock, as the engine does once it has noticed: the schedule restarts, and the backlog lets nothing wait for
// longer than a second.
func (b *Bench) Set(by time.Duration) {
	b.now = b.now.Add(by)
	b.s.restart(b.now)
	for _, waiting := range b.backlog {
		for i := range waiting {
			if latest := b.now.Add(time.Second); waiting[i].Delivery.DueAt.After(latest) {
				waiting[i].Delivery.DueAt = latest
			}
		}
	}
}

// Fill fills a lane that is to be filled.
func (b *Bench) Fill() bool {
	b.s.mu.Lock()
	if b.s.fills.len() == 0 {
		b.s.mu.Unlock()
		return false
	}
	l := b.s.fills.pop()
	b.s.mu.Unlock()
	b.s.bring(l, b.lease(l))
	var next time.Time
	for _, c := range b.backlog[l.endpoint] {
		if next.IsZero() || c.Delivery.DueAt.Before(next) {
			next = c.Delivery.DueAt
		}
	}
	b.s.filled(l, next, b.now)
	return true
}

func (b *Bench) lease(l *lane) (leased []store.Leased) {
	room := b.s.room(l)
	var rest []store.Leased
	for _, c := range b.backlog[l.endpoint] {
		if len(leased) < room && !c.Delivery.DueAt.After(b.now) {
			leased = append(leased, c)
		} else {
			rest = append(rest, c)
		}
	}
	b.backlog[l.endpoint] = rest
	return leased
}

// Finish does all the work that is left, and lets time pass only when there is nothing else to do.
func (b *Bench) Finish() {
	for step := 0; b.open > 0 || len(b.s.lanes) > 0; step++ {
		if b.Take() || b.Answer(true) || b.Settle(false) || b.Fill() {
			continue
		}
		next := b.s.ring(b.now)
		switch {
		case b.s.fills.len() > 0 || b.s.line.len() > 0:
		case next.IsZero() && len(b.s.lanes) > 0:
			b.Problem = fmt.Sprintf("%d deliveries are open in %d lanes and nothing will ever happen", b.open, len(b.s.lanes))
			return
		case !next.IsZero():
			b.Waited += next.Sub(b.now)
			b.now = next
		}
		if step > 1_000_000 {
			b.Problem = "it goes on for ever"
			return
		}
	}
}

// Left says what is left in memory.
func (b *Bench) Left() string {
	s := b.s
	if b.open == 0 && s.jobs == 0 && s.bytes == 0 && len(s.lanes) == 0 && len(s.tenants) == 0 && len(s.alarms.heap) == 0 &&
		s.line.len() == 0 && s.fills.len() == 0 && s.starve.len() == 0 {
		return ""
	}
	return fmt.Sprintf("%d open, %d jobs, %d bytes, %d lanes, %d tenants, %d alarms, %d in line, %d to fill, %d starving", b.open, s.jobs,
		s.bytes, len(s.lanes), len(s.tenants), len(s.alarms.heap), s.line.len(), s.fills.len(), s.starve.len())
}

// Through takes one message to one endpoint all the way.
func (b *Bench) Through(endpoint int) {
	b.key++
	m := hook.Message{Key: b.key, ApplicationKey: 1, Targets: []hook.Key{hook.Key(endpoint)}}
	b.s.add(&parcel{message: m, fan: 1, left: 1}, b.s.full(m.Targets, 0), b.now)
	j := b.s.next(b.worked, b.clock)
	b.worked = true
	b.s.learn(j, limits{known: true}, b.now)
	b.s.answered(j, true, b.now)
	b.s.settled(j, time.Time{}, b.now)
}
