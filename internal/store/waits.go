package store

import "time"

// Waits says how long a delivery, or a received webhook, may wait at the most. What waits longer was scheduled by a clock
// that ran ahead, or under a policy with longer waits.
type Waits struct {
	// Longest are the longest waits by the number of attempts made, beginning with none. The last holds for all that follow.
	// There is at least one.
	Longest []time.Duration
	// Asked is the longest wait of a delivery whose receiver named one (Retry-After).
	Asked time.Duration
	// Slack is how much longer than that is not minded: how far the clocks of nodes may be apart.
	Slack time.Duration
}

// Ahead returns from when on something was begun by a clock that ran ahead, if what was begun before the given time is
// over: as far from now on the other side.
func Ahead(before, now time.Time) time.Time { return now.Add(now.Sub(before).Abs()) }

// Longer reports whether something with this many attempts that is due then waits too long at now, and when it is due at
// the latest. A wait of up to Asked is reported too: a store looks whether it was asked for.
func (w Waits) Longer(attempts int, due, now time.Time) (latest time.Time, longer bool) {
	latest = now.Add(w.Longest[min(attempts, len(w.Longest)-1)])
	return latest, due.After(latest.Add(w.Slack))
}

// Shortest returns what nothing that waits no longer than that need be looked at for.
func (w Waits) Shortest() time.Duration {
	shortest := w.Longest[0]
	for _, wait := range w.Longest {
		shortest = min(shortest, wait)
	}
	return shortest + w.Slack
}
