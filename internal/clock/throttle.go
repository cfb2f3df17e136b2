package clock

import (
	"sync"
	"time"
)

// Throttle lets one event of each name pass a second and counts the others. It is for log lines that every request would
// repeat while something is wrong. The names must be few, since all are kept. The zero value is ready; it may be used
// concurrently.
type Throttle struct {
	mu   sync.Mutex
	last map[string]*passed
}

type passed struct {
	at     time.Duration
	missed int64
}

// Pass reports whether the event may pass at a time of the steady clock, and how many of its name have not passed since
// the last that did.
func (t *Throttle) Pass(name string, now time.Duration) (missed int64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.last[name]
	switch {
	case p == nil:
		if t.last == nil {
			t.last = map[string]*passed{}
		}
		t.last[name] = &passed{at: now}
		return 0, true
	case now-p.at < time.Second:
		p.missed++
		return 0, false
	}
	missed, p.at, p.missed = p.missed, now, 0
	return missed, true
}
