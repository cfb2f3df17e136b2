package load

import (
	"context"
	"time"
)

// maxNap bounds one sleep, so that a pace ends soon after its context does.
const maxNap = 100 * time.Millisecond

// pace hands out tickets at a fixed rate. It never adapts to how fast they are taken: when all
// publishers are busy, tickets wait with the time they were made for.
type pace struct {
	tickets chan time.Duration
	cancel  context.CancelFunc
}

// startPace starts the pace of a plan with a rate.
func startPace(ctx context.Context, p Plan) *pace {
	ctx, cancel := context.WithCancel(ctx)
	pace := &pace{tickets: make(chan time.Duration, 1<<16), cancel: cancel}
	go pace.run(ctx, p)
	return pace
}

// run makes one ticket after the other, each when its time has come.
func (c *pace) run(ctx context.Context, p Plan) {
	defer close(c.tickets)
	start := p.Elapsed()
	gap := float64(time.Second) / p.Rate
	for n := 0; p.Messages == 0 || n < p.Messages; n++ {
		due := time.Duration(float64(n) * gap)
		if p.Duration > 0 && due >= p.Duration {
			return
		}
		for wait := start + due - p.Elapsed(); wait > 0; wait = start + due - p.Elapsed() {
			nap(min(wait, maxNap))
			if ctx.Err() != nil {
				return
			}
		}
		select {
		case c.tickets <- start + due:
		case <-ctx.Done():
			return
		}
	}
}

// next waits for the next ticket; false means that there will be no more.
func (c *pace) next() (time.Duration, bool) {
	due, ok := <-c.tickets
	return due, ok
}

// stop ends the pace and returns when it has ended.
func (c *pace) stop() {
	c.cancel()
	for range c.tickets {
	}
}
