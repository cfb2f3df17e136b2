package deliver

import (
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// schedule decides whose delivery is next. Work is queued per endpoint; endpoints take turns within
// their application, applications take turns. It bounds what is held in memory.
type schedule struct {
	limits Limits // of this run; InFlight is its share, which mu guards

	mu      sync.Mutex
	lanes   map[hook.Key]*lane
	tenants map[hook.Key]*tenant
	line    deque[*tenant]
	work    sync.Cond // signalled when a lane is listed
	hire    func()    // starts a worker, which counts as one already
	closed  bool

	fills  deque[*lane] // that are to be filled from the backlog now
	starve deque[*lane] // that are to be filled once memory has room
	fill   sync.Cond    // signalled when a lane is to be filled

	runs   int // that deliver from this database, and share what an endpoint and an application may get
	common int // requests on the wire to one endpoint from all of them

	jobs    int // fresh jobs in memory
	bytes   int // payloads in memory, each counted once
	workers int // hired
	idle    int // of them, who wait for work
	busy    int // of them, who have a job
	alarms  alarms
}

// Limits bound the engine.
type Limits struct {
	InFlight int // requests on the wire to one endpoint
	Window   int // deliveries of one endpoint that are sent and not yet settled
	Workers  int // requests on the wire in all; zero means that this run leaves delivering to others
	Queue    int // fresh deliveries in memory
	Lane     int // fresh deliveries of one endpoint in memory
	Bytes    int // payloads in memory; publishes may fill three quarters, the rest is for what is read back
}

// away reports whether this run leaves delivering to others.
func (l Limits) away() bool { return l.Workers == 0 }

func newSchedule(l Limits) *schedule {
	s := &schedule{limits: l, lanes: map[hook.Key]*lane{}, tenants: map[hook.Key]*tenant{}, runs: 1, common: l.InFlight}
	s.work.L, s.fill.L = &s.mu, &s.mu
	s.alarms.rang = make(chan struct{}, 1)
	return s
}

// lane returns the endpoint's lane. The caller holds mu.
func (s *schedule) lane(application, endpoint hook.Key) *lane {
	l := s.lanes[endpoint]
	if l == nil {
		l = &lane{application: application, endpoint: endpoint, width: firstWidth, place: -1}
		l.tenant = s.tenant(l)
		l.tenant.members++
		s.lanes[endpoint] = l
	}
	return l
}

// forget drops a lane that has nothing to do, once its rate limits remember nothing. Whoever lets a lane
// become idle calls it. The caller holds mu.
func (s *schedule) forget(l *lane, now time.Time) {
	if !l.idle() || s.lanes[l.endpoint] != l {
		return
	}
	if rest := l.rest(now); rest > 0 {
		s.wake(l, now.Add(rest))
		return
	}
	delete(s.lanes, l.endpoint)
	if l.tenant.members--; l.tenant.members == 0 {
		delete(s.tenants, l.application)
	}
}

// full returns those of the targets that there is no room for, nil if there is room for all. Lanes
// fill up one by one; when memory as a whole is full, nothing more is taken.
func (s *schedule) full(targets []hook.Key, size int) []hook.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits.away() || s.jobs+len(targets) > max(s.limits.Queue, len(targets)) || s.bytes+size > s.limits.Bytes/4*3 {
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
	m := &p.message
	jobs := make([]job, 0, p.fan) // one piece of memory, however many there are
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits.away() {
		return
	}
	for _, endpoint := range m.Targets {
		l := s.lane(m.ApplicationKey, endpoint)
		if len(deferred) > 0 && deferred[0] == endpoint {
			deferred = deferred[1:]
			s.note(l, m.CreatedAt, now)
			continue
		}
		jobs = append(jobs, job{parcel: p, lane: l, fresh: true, delivery: hook.Delivery{
			ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: endpoint, State: hook.Sending}})
		l.fresh.push(&jobs[len(jobs)-1])
		s.list(l)
	}
	if p.fan > 0 {
		s.jobs += p.fan
		s.bytes += p.size()
	}
}

// answered frees the place on the wire. The job stays unsettled.
func (s *schedule) answered(j *job, succeeded bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.lane.requests--
	j.lane.adapt(succeeded, s.limits.InFlight)
	s.list(j.lane)
	s.forget(j.lane, now)
}

// skipped is answered for a job that was not sent.
func (s *schedule) skipped(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.lane.requests--
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
		s.bytes -= j.parcel.size()
		s.feed()
	}
	if !due.IsZero() {
		s.note(l, due, now)
	}
	s.list(l)
	s.forget(l, now)
}

// learn hands the rate limits of the endpoint and its application to the lane that j is of. The request
// that is to find them out counts too.
func (s *schedule) learn(j *job, found limits, now time.Time) {
	if j.limits == found {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := j.lane
	l.rate.set(found.endpoint, s.runs)
	if !l.known {
		l.rate.spend(now)
	}
	l.tenant.rate.set(found.application, s.runs)
	if !l.tenant.known {
		l.tenant.rate.spend(now)
	}
	l.known, l.tenant.known = true, true
	s.release(l)
}
