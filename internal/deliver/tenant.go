package deliver

// tenant is an application in the scheduler: the line of its lanes that can send now, and the limit
// that they share. The scheduler's lock guards it.
type tenant struct {
	lanes   deque[*lane]
	members int  // lanes that exist, in line or not
	listed  bool // stands in the line of tenants
	held    bool // kept out of line until its rate limit opens, or is known
	known   bool // whether the limit was learned from the application yet
	rate    limiter
}

// tenant returns the application's tenant. The caller holds mu.
func (s *schedule) tenant(l *lane) *tenant {
	t := s.tenants[l.application]
	if t == nil {
		t = &tenant{}
		s.tenants[l.application] = t
	}
	return t
}
