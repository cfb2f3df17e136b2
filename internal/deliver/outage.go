package deliver

import (
	"sync"
	"time"
)

// outageTold is how often an outage is told of. Thousands may wait for the store, each trying again and again, and
// a log that grows with every try fills what is left of a full disk.
const outageTold = time.Minute

// outage is a time in which the store refuses.
type outage struct {
	mu     sync.Mutex
	lasts  bool
	told   bool // this outage, not only one before it
	since  time.Time
	lastly time.Time // when any was told of
}

// failed notes a failure, and reports whether to tell of it.
func (o *outage) failed(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.lasts {
		o.lasts, o.told, o.since = true, false, now
	}
	if age := now.Sub(o.lastly); age >= 0 && age < outageTold {
		return false
	}
	o.told, o.lastly = true, now
	return true
}

// over ends the outage with the first success. It returns how long it lasted, and whether it was told of.
func (o *outage) over(now time.Time) (lasted time.Duration, told bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	told = o.lasts && o.told
	o.lasts = false
	return now.Sub(o.since), told
}
