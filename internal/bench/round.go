package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// shape says who receives in a round.
type shape struct {
	healthy, hanging int
	plan             load.Plan
	warmup           time.Duration
}

// shape returns what the configuration asks for.
func (l *lab) shape() shape {
	n := l.config.hanging()
	return shape{
		healthy: l.config.FanOut - n, hanging: n,
		plan: l.config.plan(l.elapsed, l.body), warmup: l.config.Warmup,
	}
}

// withoutHanging returns the same with the hanging endpoints left out.
func (l *lab) withoutHanging() shape {
	sh := l.shape()
	sh.hanging = 0
	return sh
}

// round measures the server with an application and endpoints made for it.
func (l *lab) round(ctx context.Context, server *subject, sh shape) (Figures, error) {
	s, err := l.listen(ctx, sh)
	if err != nil {
		return Figures{}, err
	}
	defer s.Close()
	app, err := l.furnish(ctx, server, s, sh.healthy+sh.hanging)
	if err != nil {
		return Figures{}, err
	}
	f, err := l.publish(ctx, server, sh, s, app)
	if f.Lost == 0 || ctx.Err() != nil { // otherwise its attempts say what became of the lost ones
		l.clear(ctx, server, app)
	}
	return f, err
}

// publish warms up, carries out the plan, waits for what is still under way, and adds it all up.
func (l *lab) publish(ctx context.Context, to *subject, sh shape, s *sink.Sink, app string) (Figures, error) {
	sh.plan.Addresses, sh.plan.Token, sh.plan.Path = to.addresses(), to.token, "/api/v1/app/"+app+"/msg"
	if err := l.warmUp(ctx, sh, s); err != nil {
		return Figures{}, err
	}
	costs, err := newCosts(ctx, to)
	if err != nil {
		return Figures{}, err
	}
	watch := l.watch(to.name, s)
	began, already := l.elapsed(), s.Received()
	result, err := load.Run(ctx, sh.plan, &watch.live)
	if err != nil {
		watch.stop()
		return Figures{}, fmt.Errorf("publish to the %s: %w", to.name, err)
	}
	count := l.settle(ctx, result.Sent, s, sh.healthy, already)
	watch.stop()
	f := figures(result, count, began)
	f.Application, f.Unsigned = app, s.Unsigned()
	if err := costs.into(ctx, &f); err != nil {
		return f, err
	}
	return f, ctx.Err()
}

// warmUp publishes for a while without measuring and waits until that has been delivered, so that the
// measured part starts with open connections, a grown heap and an empty queue.
func (l *lab) warmUp(ctx context.Context, sh shape, s *sink.Sink) error {
	if sh.warmup <= 0 {
		return nil
	}
	plan := sh.plan
	plan.Messages, plan.Duration = 0, sh.warmup
	watch := l.watch("warm-up", s)
	defer watch.stop()
	result, err := load.Run(ctx, plan, &watch.live)
	if err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	l.settle(ctx, result.Sent, s, sh.healthy, 0)
	return nil
}

// settle waits until everything sent has arrived at every healthy endpoint, or nothing more comes.
func (l *lab) settle(ctx context.Context, sent []load.Sent, s *sink.Sink, endpoints int, already int64) tally {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	want := already + int64(len(sent))*int64(endpoints)
	last, changed := int64(-1), l.elapsed()
	for ctx.Err() == nil {
		got := s.Received()
		if got != last {
			last, changed = got, l.elapsed()
			if got >= want {
				// Duplicates can make up the number, so only the full count decides.
				if t := count(sent, s.Arrivals(), endpoints); t.lost() == 0 {
					return t
				}
			}
		}
		if l.elapsed()-changed > l.config.Quiet {
			break
		}
		<-tick.C
	}
	return count(sent, s.Arrivals(), endpoints)
}
