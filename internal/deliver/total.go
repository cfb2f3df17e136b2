package deliver

import (
	"sync/atomic"

	"github.com/posthorn/posthorn/internal/hook"
)

// totals count since the start of the process.
type totals struct {
	delivered, failed, exhausted, canceled, interrupted atomic.Int64
}

func (t *totals) count(v verdict) {
	if v.earlier != nil {
		t.failed.Add(1)
	}
	if v.attempt != nil {
		switch v.attempt.Outcome {
		case hook.Succeeded:
			t.delivered.Add(1)
		case hook.Interrupted:
			t.interrupted.Add(1)
		default:
			t.failed.Add(1)
		}
	}
	switch v.delivery.State {
	case hook.Exhausted:
		t.exhausted.Add(1)
	case hook.Canceled:
		t.canceled.Add(1)
	default:
	}
}

// Numbers are what the engine counts: attempts and ends since the start, and what is at work now.
type Numbers struct {
	Delivered, Failed, Exhausted, Canceled, Interrupted int64 // since the start
	Queued, QueuedBytes, Workers, Lanes                 int   // now
}

// Numbers returns the counts of this moment.
func (e *Engine) Numbers() Numbers {
	n := Numbers{
		Delivered: e.totals.delivered.Load(), Failed: e.totals.failed.Load(), Exhausted: e.totals.exhausted.Load(),
		Canceled: e.totals.canceled.Load(), Interrupted: e.totals.interrupted.Load(),
	}
	s := e.schedule
	s.mu.Lock()
	defer s.mu.Unlock()
	n.Queued, n.QueuedBytes, n.Workers, n.Lanes = s.jobs, s.bytes, s.busy, len(s.lanes)
	return n
}
