package deliver

import "time"

// list puts the lane in line if it can send, and sees that somebody comes to work. The caller holds mu.
func (s *schedule) list(l *lane) {
	if l.listed || !l.open(s.limits, s.share()) {
		return
	}
	l.listed = true
	l.tenant.lanes.push(l)
	s.enlist(l.tenant)
	if l.tenant.listed {
		s.call()
	}
}

// enlist puts the tenant in line if a lane of it can send. The caller holds mu.
func (s *schedule) enlist(t *tenant) {
	if !t.listed && !t.held && t.lanes.len() > 0 {
		t.listed = true
		s.line.push(t)
	}
}

// release lets the lane and its tenant back in line after they were kept out. The caller holds mu.
func (s *schedule) release(l *lane) {
	l.tenant.held = false
	s.list(l)
	s.enlist(l.tenant)
	if l.tenant.listed {
		s.call()
	}
}

// fewRequests is what a lane may have on the wire once most workers are busy.
const fewRequests = 4

// share is how many requests a lane may have on the wire, by how many workers are left. A lane's width alone lets
// hundreds of endpoints that hang at once take every worker; the last quarter is for lanes that have few requests out,
// the last eighth for those that have none. Who is held back has a request out, and is listed again when that ends:
// so a worker that was called and is still on its way must not count, or lanes would be held back for one that then
// finds nothing to do. The caller holds mu.
func (s *schedule) share() int {
	switch {
	case s.busy*4 < s.limits.Workers*3:
		return s.limits.InFlight
	case s.busy*8 < s.limits.Workers*7:
		return fewRequests
	default:
		return 1
	}
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

// next waits for a job; back says that the worker has done one before. It returns nil when the worker is to go home,
// and then counts it off.
func (s *schedule) next(back bool, now func() time.Time) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if back {
		s.busy--
	}
	for !s.closed {
		if j := s.take(now()); j != nil {
			s.busy++
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

// close makes next and nextFill return nil from now on.
func (s *schedule) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.work.Broadcast()
	s.fill.Broadcast()
}

// take returns the next job, or nil if there is none now. The caller holds mu.
func (s *schedule) take(now time.Time) *job {
	for s.line.len() > 0 {
		t := s.line.pop()
		t.listed = false
		j := s.takeFrom(t, now)
		s.enlist(t)
		if j != nil {
			return j
		}
	}
	return nil
}

// takeFrom returns a job of the tenant's first lane, or nil and sees that the lane is looked at again
// when that can send.
func (s *schedule) takeFrom(t *tenant, now time.Time) *job {
	l := t.lanes.pop()
	l.listed = false
	if !l.open(s.limits, s.share()) {
		return nil
	}
	if delay := t.rate.delay(now); delay > 0 {
		// The lane keeps its place, and its alarm is the tenant's: one for all lanes, however many there are.
		t.held, l.listed = true, true
		t.lanes.push(l)
		s.wake(l, now.Add(delay))
		return nil
	}
	if delay := l.rate.delay(now); delay > 0 {
		s.wake(l, now.Add(delay))
		return nil
	}
	t.rate.spend(now)
	l.rate.spend(now)
	return s.start(l, now)
}

// start takes the lane's next job. The first of a tenant goes alone: it finds out the rate limit.
func (s *schedule) start(l *lane, now time.Time) *job {
	j := l.pop()
	l.requests++
	l.unsettled++
	l.tenant.held = !l.tenant.known
	j.limits = limits{endpoint: l.rate.limit, application: l.tenant.rate.limit, known: l.known && l.tenant.known}
	if l.open(s.limits, s.share()) {
		l.listed = true
		l.tenant.lanes.push(l)
	}
	s.refill(l, now)
	return j
}
