package deliver

// Among tells the engine how many runs, itself one of them, deliver from the same database: what an endpoint or
// an application may get is divided by them. A share is never less than one request on the wire, so that
// nobody's work waits for ever: with more runs than max_in_flight an endpoint may get one from each.
func (e *Engine) Among(runs int) {
	e.schedule.among(max(runs, 1))
}

func (s *schedule) among(runs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == runs {
		return
	}
	s.runs, s.limits.InFlight = runs, max(s.common/runs, 1)
	for _, t := range s.tenants {
		t.rate.set(t.rate.limit, runs)
	}
	for _, l := range s.lanes {
		l.rate.set(l.rate.limit, runs)
		s.list(l)
	}
}
