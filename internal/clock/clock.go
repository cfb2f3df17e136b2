// Package clock is the only place that reads the time. Everything else is handed a time, or a Clock
// when it must read one later, so that tests and several nodes decide what "now" means.
package clock

import "time"

// Clock tells the time. The zero value is the machine's clock in UTC.
type Clock struct {
	now func() time.Time
}

// Func returns a Clock that reads f; for tests and for nodes whose clocks are moved on purpose.
func Func(f func() time.Time) Clock { return Clock{now: f} }

// Now returns the time in UTC, to the microsecond: what is kept and shown later is what was said at first.
func (c Clock) Now() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now().UTC().Truncate(time.Microsecond)
}
