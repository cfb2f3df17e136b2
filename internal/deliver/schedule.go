package deliver

import (
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// schedule decides whose delivery is next. Work is queued per endpoint; endpoints take turns within
// their application, applications take turns. It bounds what is held in memory.
type schedule struct {
	limits Limits

	mu      sync.Mutex
	lanes   map[hook.Key]*lane
	tenants map[hook.Key]*tenant
	line    deque[*tenant]
	work    sync.Cond // signalled when a lane is listed
	hire    func()    // starts a worker, which counts as one already
	closed  bool

	jobs    int // fresh jobs in memory
	bytes   int // payloads in memory, each counted once
	workers int
	idle    int
	alarms  alarms
}

// Limits bound the engine.
type Limits struct {
	InFlight int // requests on the wire to one endpoint
	Window   int // deliveries of one endpoint that are sent and not yet settled
	Workers  int // requests on the wire in all
	Queue    int // fresh deliveries in memory
	Lane     int // fresh deliveries of one endpoint in memory
	Bytes    int // payloads in memory
}

func newSchedule(l Limits) *schedule {
	s := &schedule{limits: l, lanes: map[hook.Key]*lane{}, tenants: map[hook.Key]*tenant{}}
	s.work.L = &s.mu
	s.alarms.rang = make(chan struct{}, 1)
	return s
}

// lane returns the endpoint's lane. The caller holds mu.
func (s *schedule) lane(application, endpoint hook.Key) *lane {
	l := s.lanes[endpoint]
	if l == nil {
		l = newLane(application, endpoint)
		s.lanes[endpoint] = l
	}
	return l
}

// full returns those of the targets that there is no room for, nil if there is room for all. Lanes
// fill up one by one; when memory as a whole is full, nothing more is taken.
func (s *schedule) full(targets []hook.Key, size int) []hook.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs+len(targets) > max(s.limits.Queue, len(targets)) || s.bytes+size > s.limits.Bytes {
		return targets
	}
	var full []hook.Key
	for _, endpoint := range targets {
		if l := s.lanes[endpoint]; l != nil && l.fresh.len() >= s.limits.Lane {
			full = append(full, endpoint)
		}
	}
	return full
}

// add queues the fresh deliveries of a parcel, in the order of calls.
func (s *schedule) add(p *parcel, deferred []hook.Key, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &p.message
	for _, endpoint := range m.Targets {
		l := s.lane(m.ApplicationKey, endpoint)
		if len(deferred) > 0 && deferred[0] == endpoint {
			deferred = deferred[1:]
			s.note(l, m.CreatedAt, now)
			continue
		}
		l.fresh.push(&job{parcel: p, lane: l, fresh: true, delivery: hook.Delivery{
			ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: endpoint, State: hook.Sending}})
		s.list(l)
	}
	if p.fan > 0 {
		s.jobs += p.fan
		s.bytes += len(m.Payload)
	}
}

// list puts the lane in line if it can send, and sees that somebody comes to work. The caller holds mu.
func (s *schedule) list(l *lane) {
	if l.listed || !l.open(s.limits.Window) {
		return
	}
	l.listed = true
	t := s.tenants[l.application]
	if t == nil {
		t = &tenant{}
		s.tenants[l.application] = t
	}
	t.lanes.push(l)
	if !t.listed {
		t.listed = true
		s.line.push(t)
	}
	s.call()
}

// call gets a worker for what is in line: an idle one if there is one. The caller holds mu.
func (s *schedule) call() {
	switch {
	case s.idle > 0:
		s.work.Signal()
	case s.workers < s.limits.Workers && s.hire != nil && !s.closed:
		s.workers++
		s.hire()
	}
}

// maxIdle is how many workers wait for work; more of them go home, so that a burst does not leave their stacks behind.
const maxIdle = 256

// next waits for a job. It returns nil when the worker is to go home, and then counts it off.
func (s *schedule) next(now func() time.Time) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed {
		if j := s.take(now()); j != nil {
			if s.line.len() > 0 {
				s.call()
			}
			return j
		}
		if s.idle >= maxIdle {
			break
		}
		s.idle++
		s.work.Wait()
		s.idle--
	}
	s.workers--
	return nil
}

// close makes next return nil from now on.
func (s *schedule) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.work.Broadcast()
}

// take returns the next job, or nil if there is none now. The caller holds mu.
func (s *schedule) take(now time.Time) *job {
	for s.line.len() > 0 {
		t := s.line.pop()
		l := t.lanes.pop()
		j := s.takeFrom(l, now)
		if l.listed = l.open(s.limits.Window) && j != nil; l.listed {
			t.lanes.push(l)
		}
		if t.listed = t.lanes.len() > 0; t.listed {
			s.line.push(t)
		} else {
			delete(s.tenants, l.application)
		}
		if j != nil {
			return j
		}
	}
	return nil
}

func (s *schedule) takeFrom(l *lane, now time.Time) *job {
	if !l.open(s.limits.Window) {
		return nil
	}
	if delay := l.wait(now); delay > 0 {
		s.wake(l, now.Add(delay))
		return nil
	}
	j := l.pop()
	l.requests++
	l.unsettled++
	s.refill(l, now)
	return j
}

// answered frees the place on the wire. The job stays unsettled.
func (s *schedule) answered(j *job, succeeded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.lane.requests--
	j.lane.adapt(succeeded, s.limits.InFlight)
	s.list(j.lane)
}

// settled frees what the job took up. due is when the delivery comes back, zero if it does not.
func (s *schedule) settled(j *job, due, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := j.lane
	l.unsettled--
	if j.fresh {
		s.jobs--
	}
	if j.parcel.left--; j.parcel.left == 0 {
		s.bytes -= len(j.parcel.message.Payload)
	}
	if !due.IsZero() {
		s.note(l, due, now)
	}
	s.list(l)
	if l.idle() && l.place < 0 && s.lanes[l.endpoint] == l {
		delete(s.lanes, l.endpoint)
	}
}

// batch returns how many deliveries may be read back at a time: few once memory is half full.
func (s *schedule) batch() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes > s.limits.Bytes/2 {
		return smallBatch
	}
	return claimBatch
}

// learn hands the endpoint's rate limit to its lane.
func (s *schedule) learn(l *lane, limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !l.known || l.limit != limit {
		l.learn(limit)
		s.list(l)
	}
}
