package deliver

import (
	"sync"
	"sync/atomic"
	"testing/synctest"
)

// Crowd publishes messages to endpoints that never answer, and lets the workers that are called come one after the
// other, each once the one before it has its request on the wire. It returns how many requests there are in the end.
// Call it in a bubble.
func (b *Bench) Crowd(messages, endpoints int) int {
	var called, sent atomic.Int64
	var workers sync.WaitGroup
	b.s.hire = func() { called.Add(1) }
	for range messages {
		targets := make([]int, endpoints)
		for i := range targets {
			targets[i] = i + 1
		}
		b.Publish(targets, 10)
	}
	for ; called.Load() > 0; called.Add(-1) {
		workers.Go(func() {
			if j := b.s.next(false, b.clock); j != nil {
				sent.Add(1)
				b.s.learn(j, limits{known: true}, b.now)
			}
		})
		synctest.Wait()
	}
	b.s.close()
	workers.Wait()
	return int(sent.Load())
}
