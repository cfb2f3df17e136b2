package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	claimBatch  = 256  // deliveries of one endpoint that are read back at a time
	smallBatch  = 16   // the same while memory is short
	cancelBatch = 2000 // deliveries of one endpoint that are canceled at a time
	rescueBatch = 2000 // deliveries of a dead run that are taken over at a time
	waitingPage = 1000 // endpoints that are put on the schedule at a time
	fillers     = 32   // lanes that are filled at a time; their claims share transactions
	fillQueue   = 4096 // lanes that wait for that
)

// fillLanes reads what is due back from the store, lane by lane.
func (e *Engine) fillLanes(ctx context.Context, lanes <-chan *lane) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-lanes:
			if err := e.fill(ctx, l); err != nil {
				e.Log.Error("cannot read the backlog of an endpoint; trying again", "error", err)
				e.filled(l, nil, e.clock.Now().Add(longestPause))
			}
		}
	}
}

func (e *Engine) fill(ctx context.Context, l *lane) error {
	now := e.clock.Now()
	_, route, err := e.Directory.Route(ctx, l.application, l.endpoint)
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		return e.cancelAll(ctx, l, hook.ReasonDeleted)
	case err != nil:
		return err
	case route.Endpoint.Disabled:
		return e.cancelAll(ctx, l, hook.ReasonDisabled)
	}
	claimed, err := e.Store.Claim(ctx, l.endpoint, now, e.schedule.batch())
	if err != nil && len(claimed) == 0 {
		return err
	}
	next, _, err := e.Store.NextDue(ctx, l.endpoint)
	e.filled(l, claimed, next)
	return err
}

// cancelAll ends everything that waits for an endpoint that is gone or disabled.
func (e *Engine) cancelAll(ctx context.Context, l *lane, reason string) error {
	for {
		n, err := e.Store.Cancel(ctx, l.endpoint, reason, cancelBatch)
		if err != nil {
			return err
		}
		e.totals.canceled.Add(int64(n))
		if n < cancelBatch {
			e.filled(l, nil, time.Time{})
			return nil
		}
	}
}

// filled queues what was claimed and notes when more is due. What was noted while the lane was being
// filled counts too: it may be newer than what the store said.
func (e *Engine) filled(l *lane, claimed []store.Claimed, next time.Time) {
	s, now := e.schedule, e.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range claimed {
		p := &parcel{message: c.Message, text: id.Message.Text(c.Message.ID), left: 1}
		s.bytes += len(c.Message.Payload)
		l.claimed.push(&job{parcel: p, lane: l, delivery: c.Delivery})
	}
	l.filling = false
	if !next.IsZero() {
		s.note(l, next, now)
	}
	s.refill(l, now)
	s.list(l)
}

// catchUp puts what is in the store on the schedule: what waits, and what a dead run left behind.
func (e *Engine) catchUp(ctx context.Context) {
	for _, step := range []struct {
		doing string
		do    func(context.Context) (done bool, err error)
	}{
		{"cannot list what waits", e.listWaiting()},
		{"cannot take over what the last run left", e.rescueSome},
	} {
		for pause := firstPause; ; {
			done, err := step.do(ctx)
			if done && err == nil {
				break
			}
			if err != nil {
				e.Log.Error(step.doing+"; trying again", "error", err)
				if sleep(ctx, pause) != nil {
					return
				}
				pause = min(2*pause, longestPause)
			}
		}
	}
	close(e.ready)
}

func (e *Engine) listWaiting() func(context.Context) (bool, error) {
	var last hook.Key
	return func(ctx context.Context) (bool, error) {
		page, err := e.Store.Waiting(ctx, last, waitingPage)
		for _, w := range page {
			e.schedule.noteFor(w.ApplicationKey, w.EndpointKey, w.DueAt, e.clock.Now())
			last = w.EndpointKey
		}
		return len(page) < waitingPage, err
	}
}

func (e *Engine) rescueSome(ctx context.Context) (bool, error) {
	now := e.clock.Now()
	n, err := e.Store.Rescue(ctx, now, rescueBatch, func() id.ID { return e.IDs.New(now) }, func(w store.Waiting) {
		e.schedule.noteFor(w.ApplicationKey, w.EndpointKey, w.DueAt, now)
	})
	if n > 0 {
		e.Log.Info("took over deliveries that the last run left open", "deliveries", n)
	}
	return n == 0, err
}
