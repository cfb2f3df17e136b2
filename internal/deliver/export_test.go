package deliver

import "time"

// Ring makes the timekeeper look at the clock, as it does by itself every longestNap: for tests that move it.
func (e *Engine) Ring() {
	select {
	case e.schedule.alarms.rang <- struct{}{}:
	default:
	}
}

// NextSearch asks for searches of the store and returns the slack of the one that is made.
func NextSearch(slacks ...time.Duration) time.Duration {
	e := New(Parts{}, Config{})
	for _, slack := range slacks {
		e.search(slack)
	}
	return <-e.searches
}
