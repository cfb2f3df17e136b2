// Package retry says how long a delivery waits after each failure. A policy is a plain list of waits:
// nothing here knows a clock, a store or a request.
package retry

import (
	"fmt"
	"strings"
	"time"
)

// Limits of what a server may be told.
const (
	MaxWait       = 7 * 24 * time.Hour // longest wait of a schedule
	MaxSteps      = 50                 // most retries of a schedule
	MaxRetryAfter = 24 * time.Hour     // longest Retry-After that is obeyed: a slip of the receiver must not put its webhooks off for weeks
	jitterShare   = 0.2                // a wait is stretched by up to a fifth, so that an outage's retries spread
)

// Policy is the list of waits: the first after the first failed attempt, and so on. A delivery whose
// attempts have used up the list is exhausted.
type Policy struct {
	waits []time.Duration
}

// Standard is the example schedule of the Standard Webhooks specification 1.0.0, "Deliverability and
// reliability": nine retries spread over a little more than three days.
func Standard() Policy {
	return Policy{waits: []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}}
}

// Of returns the policy with these waits. It refuses negative waits and more than the limits above.
func Of(waits ...time.Duration) (Policy, error) {
	if len(waits) > MaxSteps {
		return Policy{}, fmt.Errorf("a retry schedule has at most %d waits, this one has %d", MaxSteps, len(waits))
	}
	for _, wait := range waits {
		if wait < 0 || wait > MaxWait {
			return Policy{}, fmt.Errorf("a wait of a retry schedule is between 0 and %s, not %s", Text(MaxWait), Text(wait))
		}
	}
	return Policy{waits: waits}, nil
}

// Parse reads a schedule such as "5s,5m,30m,2h", each wait of it with read. An empty text is the policy that never
// retries.
func Parse(text string, read func(string) (time.Duration, error)) (Policy, error) {
	var waits []time.Duration
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		wait, err := read(part)
		if err != nil {
			return Policy{}, fmt.Errorf("%q is not a duration such as 5s, 5m, 2h or 1d", part)
		}
		waits = append(waits, wait)
	}
	return Of(waits...)
}

// Retries returns how many attempts may follow the first.
func (p Policy) Retries() int { return len(p.waits) }

// Wait returns how long to wait after the given number of failed attempts, and false when no further
// attempt is due. chance is in [0,1) and stretches the wait; asked is the receiver's Retry-After,
// zero if it named none: the wait is never shorter, up to MaxRetryAfter.
func (p Policy) Wait(failed int, chance float64, asked time.Duration) (time.Duration, bool) {
	if failed < 1 || failed > len(p.waits) {
		return 0, false
	}
	wait := p.waits[failed-1]
	wait += time.Duration(chance * jitterShare * float64(wait))
	return max(wait, min(asked, MaxRetryAfter)), true
}

// Longest returns the longest wait after the given number of failed attempts that no receiver asked for. After more than
// the policy has waits for it is the last one, and without any it is zero.
func (p Policy) Longest(failed int) time.Duration {
	if len(p.waits) == 0 || failed < 1 {
		return 0
	}
	wait := p.waits[min(failed, len(p.waits))-1]
	return wait + time.Duration(jitterShare*float64(wait))
}

// Text writes a wait as people say it and as settings are written: 7d, 36h, 1h30m.
func Text(wait time.Duration) string {
	const day = 24 * time.Hour
	if wait >= day && wait%day == 0 {
		return fmt.Sprintf("%dd", wait/day)
	}
	text := wait.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// String returns the schedule in the form that Parse reads.
func (p Policy) String() string {
	texts := make([]string, len(p.waits))
	for i, wait := range p.waits {
		texts[i] = wait.String()
	}
	return strings.Join(texts, ",")
}
