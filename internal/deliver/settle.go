package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Pauses between tries to reach a store that does not answer.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// verdict is what is to be stored about a job.
type verdict struct {
	attempt  *hook.Attempt
	earlier  *hook.Attempt // that attempt repeated at once
	delivery hook.Delivery
	health   *hook.Health
	events   []hook.Event
}

// conclude stores what came of an attempt. When it changes the endpoint's health, one attempt at a time
// does so, from the decision until it is stored: attempts that end together must not disable an endpoint
// twice, or be remembered in another order than they are stored.
func (e *Engine) conclude(ctx context.Context, j *job, t told, o hook.Outcome) {
	now := e.config.Clock.Now() // not the start and the duration: the clock may have been set in between
	v := verdict{attempt: t.attempt, earlier: t.earlier, delivery: j.delivery.Settle(o, e.config.Policy, now, e.config.Chance())}
	if v.delivery.State == hook.Exhausted {
		v.events = append(v.events, e.stamp(t.exhausted(), now))
	}
	if before := t.route.Health(); before.After(o.Kind, now) != before {
		j.lane.health.Lock()
		defer j.lane.health.Unlock()
		e.examine(ctx, j, &v, o, now)
	}
	e.settle(ctx, j, v)
}

// examine adds to the verdict what the attempt means for the endpoint as it is by now: somebody may have
// switched it off, or on again, since the request left.
func (e *Engine) examine(ctx context.Context, j *job, v *verdict, o hook.Outcome, now time.Time) {
	snapshot, route, err := e.route(ctx, j)
	if err != nil || route.Endpoint.Disabled {
		return
	}
	before := route.Health()
	after := before.After(o.Kind, now)
	if after == before {
		return
	}
	v.health = &after
	if after.Disabled != "" && before.Disabled == "" {
		t := told{snapshot: snapshot, route: route, message: j.parcel.message}
		v.events = append(v.events, e.stamp(t.disabled(after), now))
	}
}

// settle stores the verdict and frees what the job took up. It does not give up while ctx lasts: the
// request has left, and what became of it must be known. When ctx ends first, the next run finds the delivery open.
func (e *Engine) settle(ctx context.Context, j *job, v verdict) {
	step := store.Settlement{Attempt: v.attempt, Earlier: v.earlier, Delivery: v.delivery, Fresh: j.fresh, Fan: j.parcel.fan, Health: v.health, Events: v.events}
	if !e.store(ctx, step) {
		if v.attempt != nil {
			e.lost.Add(1)
		}
		return
	}
	e.totals.count(v)
	if v.health != nil {
		e.parts.Directory.SetHealth(j.lane.application, j.lane.endpoint, *v.health)
		if v.health.Disabled != "" {
			e.parts.Directory.EndpointChanged(j.lane.application, j.lane.endpoint)
		}
	}
	now := e.config.Clock.Now()
	e.schedule.settled(j, e.comesBack(ctx, j, v.delivery, now), now)
}

// store stores a step, and reports false if ctx ended before it could. It tries once even then: what was
// cut off at the end is worth recording.
func (e *Engine) store(ctx context.Context, step store.Settlement) bool {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := e.parts.Store.Settle(context.WithoutCancel(ctx), step)
		e.tell(err)
		if err == nil {
			return true
		}
		if sleep(ctx, pause) != nil {
			return false
		}
	}
}

// tell logs that the store refuses to settle, and that it does no more.
func (e *Engine) tell(err error) {
	now := e.config.Clock.Now()
	if err != nil {
		if e.outage.failed(now) {
			e.config.Log.Error("cannot store what became of deliveries; trying again", "error", err)
		}
		return
	}
	if lasted, told := e.outage.over(now); told {
		e.config.Log.Info("what becomes of deliveries is stored again", "after", lasted)
	}
}

// comesBack returns when the lane is to look for the delivery in the backlog, zero if never: when it is
// due, or now if the endpoint is off or gone, since then it is canceled.
func (e *Engine) comesBack(ctx context.Context, j *job, d hook.Delivery, now time.Time) time.Time {
	if d.State != hook.Waiting {
		return time.Time{}
	}
	_, route, err := e.parts.Directory.Route(ctx, j.lane.application, j.lane.endpoint)
	if err == nil && route.Endpoint.Disabled || err != nil && fault.KindOf(err) == fault.NotFound {
		return now
	}
	return d.DueAt
}

// sleep waits, or returns ctx's error if that ends first.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "stopping", "The server is stopping.").Because(ctx.Err())
	}
}
