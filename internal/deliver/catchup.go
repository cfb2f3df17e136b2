package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	rescueBatch = 2000 // deliveries of a dead run that are taken over at a time
	waitingPage = 1000 // endpoints that are put on the schedule at a time
)

// lookAgain is how often the store is asked for work that others left in it and nobody told of. Asking costs one
// look into an index for each endpoint with something waiting.
const lookAgain = 15 * time.Second

// LookAgain makes the engine look for work that others left in the store: because a run that does not deliver
// stored it, or because a run was declared dead. It does not wait.
func (e *Engine) LookAgain() {
	select {
	case e.again <- struct{}{}:
	default:
	}
}

// keepUp catches up with the store at the start, and later whenever somebody asks, until ctx ends.
func (e *Engine) keepUp(ctx context.Context) {
	if !e.catchUp(ctx) {
		return
	}
	close(e.ready)
	e.pullIn(ctx, e.config.Skew)
	ticks := time.NewTicker(lookAgain)
	defer ticks.Stop()
	for more := 0; ; {
		select {
		case <-ctx.Done():
			return
		case slack := <-e.searches:
			more = afterStep
			e.pullIn(ctx, slack)
			continue
		case <-ticks.C:
			if more > 0 { // for what was on its way into the store when the clock was set
				more--
				e.pullIn(ctx, e.config.Skew)
			}
		case <-e.again:
		}
		e.catchUp(ctx)
	}
}

// catchUp puts what is in the store on the schedule: what waits, and what a dead run left behind. It reports false
// if ctx ended first.
func (e *Engine) catchUp(ctx context.Context) bool {
	for _, step := range []struct {
		doing string
		do    func(context.Context) (done bool, err error)
	}{
		{"list what waits", e.listWaiting()},
		{"take over what a dead run left", e.rescueSome},
	} {
		if !e.persist(ctx, step.doing, step.do) {
			return false
		}
	}
	return true
}

// persist repeats do until it is done. It reports false if ctx ended first.
func (e *Engine) persist(ctx context.Context, doing string, do func(context.Context) (done bool, err error)) bool {
	for pause := firstPause; ctx.Err() == nil; {
		done, err := do(ctx)
		switch {
		case err == nil && done:
			return true
		case err == nil:
			pause = firstPause
		case ctx.Err() == nil:
			e.config.Log.Error("cannot catch up with the store; trying again", "doing", doing, "error", err)
			_ = sleep(ctx, pause) // the loop sees that ctx ended
			pause = min(2*pause, longestPause)
		}
	}
	return false
}

func (e *Engine) listWaiting() func(context.Context) (bool, error) {
	var last hook.Key
	return func(ctx context.Context) (bool, error) {
		page, err := e.parts.Store.Waiting(ctx, last, waitingPage)
		for _, w := range page {
			e.schedule.noteFor(w.ApplicationKey, w.EndpointKey, w.DueAt, e.config.Clock.Now())
			last = w.EndpointKey
		}
		return len(page) < waitingPage, err
	}
}

func (e *Engine) rescueSome(ctx context.Context) (bool, error) {
	now := e.config.Clock.Now()
	n, err := e.parts.Store.Rescue(ctx, now, rescueBatch, func() id.ID { return e.parts.IDs.New(now) }, func(w store.Waiting) {
		e.schedule.noteFor(w.ApplicationKey, w.EndpointKey, w.DueAt, now)
	})
	if n > 0 {
		e.search(e.config.Skew) // the clock of the dead run may have been wrong
		e.config.Log.Info("took over deliveries that a dead run left open", "deliveries", n)
	}
	return n == 0, err
}
