// Package clock is the only place that reads the time. Everything else is handed a time, or a Clock
// when it must read one later, so that tests and several nodes decide what "now" means.
package clock

import "time"

// Clock tells the time. The zero value is the machine's clock in UTC.
type Clock struct {
	now    func() time.Time
	steady func() time.Duration
}

// Func returns a Clock that reads f; for tests and for nodes whose clocks are moved on purpose.
func Func(f func() time.Time) Clock { return Clock{now: f} }

// Keeping returns c with another steady clock; for tests that set the calendar.
func (c Clock) Keeping(steady func() time.Duration) Clock {
	c.steady = steady
	return c
}

// Now returns the time in UTC, to the microsecond: what is kept and shown later is what was said at first.
func (c Clock) Now() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now().UTC().Truncate(time.Microsecond)
}

// start is what the steady clock counts from.
var start = time.Now() //nolint:gochecknoglobals // a process has one

// Steady returns a time that only moves forward, at its own pace, also when somebody sets the calendar; it may stand
// still while the machine sleeps. Only differences mean something.
func (c Clock) Steady() time.Duration {
	switch {
	case c.steady != nil:
		return c.steady()
	case c.now != nil:
		return time.Duration(c.now().UnixNano())
	}
	return time.Since(start)
}
