package deliver

// Ring makes the timekeeper look at the clock, as it does by itself every longestNap: for tests that move it.
func (e *Engine) Ring() {
	select {
	case e.schedule.alarms.rang <- struct{}{}:
	default:
	}
}
