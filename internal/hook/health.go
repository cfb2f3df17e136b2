package hook

import "time"

// Health is how an endpoint has been doing: the start of a run of nothing but failures, and whether
// Posthorn gave up on it.
type Health struct {
	FailingSince time.Time // zero while healthy
	Disabled     string    // DisabledGone or DisabledFailing once given up, else empty
}

// After returns the health after an attempt with outcome o that ended at now. An interrupted attempt
// says nothing about the endpoint.
func (h Health) After(o OutcomeKind, now time.Time) Health {
	switch {
	case o == Interrupted:
		return h
	case o == Succeeded:
		h.FailingSince = time.Time{}
		return h
	case h.FailingSince.IsZero():
		h.FailingSince = now
	}
	switch {
	case o == Gone:
		h.Disabled = DisabledGone
	case now.Sub(h.FailingSince) >= GiveUpAfter:
		h.Disabled = DisabledFailing
	}
	return h
}
