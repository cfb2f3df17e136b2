// Package load publishes messages as fast as the server takes them, or at a fixed rate. At a fixed
// rate every message has a time at which it should have been sent, and its latency counts from that
// time: a server that stalls for a second is charged with everything that should have been sent
// during it, not only with the requests that were under way. (Otherwise the stall would hide most of
// what it did; the mistake is known as coordinated omission.)
package load

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/bench/histogram"
	"github.com/posthorn/posthorn/internal/clock"
)

// Plan says what to publish.
type Plan struct {
	Addresses  []string // host and port of each node of the server; publishers take turns among them
	Path       string   // of the operation that publishes
	Token      string
	Body       []byte
	Maker      func(address string) Maker // for each publisher; nil publishes Body under Path
	Publishers int
	Rate       float64       // messages a second; zero is as fast as the answers come
	Messages   int           // stop after this many; zero is no such end
	Duration   time.Duration // stop after this long; zero is no such end
	Timeout    time.Duration // of one request
	Clock      clock.Clock
	Elapsed    func() time.Duration // time since the start of the run
}

// Sent is one message that the server acknowledged.
type Sent struct {
	Message  uint64        // the key under which the sink notes it
	Intended time.Duration // when it should have been sent
	Acked    time.Duration // when the answer was there
}

// Result is what became of a plan.
type Result struct {
	Sent    []Sent
	Unacked int                 // given up after several tries; the server may have taken them or not
	Retried int                 // requests repeated under the same idempotency key
	Late    histogram.Histogram // how late requests left, at a fixed rate
}

// Live counts while a plan runs, for the progress line.
type Live struct{ Acked, Failed atomic.Int64 }

// Run carries out the plan and returns when the last answer is there. An answer that says that the
// request itself is wrong ends the run with an error: no other message would fare better.
func Run(ctx context.Context, p Plan, live *Live) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tickets, stop := p.tickets(ctx)
	publishers := make([]*publisher, p.Publishers)
	var wait sync.WaitGroup
	for i := range publishers {
		publishers[i] = newPublisher(p, p.Addresses[i%len(p.Addresses)], live)
		wait.Go(func() {
			if err := publishers[i].run(ctx, tickets); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	stop()
	return gather(publishers), context.Cause(ctx)
}

// tickets returns what hands out the time at which each next message should be sent, and what to call
// once nobody asks any more.
func (p Plan) tickets(ctx context.Context) (next func() (time.Duration, bool), stop func()) {
	if p.Rate > 0 {
		pace := startPace(ctx, p)
		return pace.next, pace.stop
	}
	var taken atomic.Int64
	end := p.Elapsed() + p.Duration
	return func() (time.Duration, bool) {
		now := p.Elapsed()
		open := ctx.Err() == nil && (p.Duration == 0 || now < end)
		return now, open && (p.Messages == 0 || taken.Add(1) <= int64(p.Messages))
	}, func() {}
}

// gather puts the publishers' results together.
func gather(publishers []*publisher) Result {
	var all Result
	for _, p := range publishers {
		all.Sent = append(all.Sent, p.result.Sent...)
		all.Unacked += p.result.Unacked
		all.Retried += p.result.Retried
		all.Late.Add(&p.result.Late)
	}
	return all
}
