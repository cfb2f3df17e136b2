package deliver

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
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
	delivery hook.Delivery
	health   *hook.Health
	events   []hook.Event
}

// judge turns an outcome into the delivery's next state and the endpoint's health.
func (e *Engine) judge(j *job, s *catalog.Snapshot, r *catalog.Route, a hook.Attempt, o hook.Outcome) verdict {
	now := a.StartedAt.Add(a.Duration)
	v := verdict{attempt: &a, delivery: j.delivery.Settle(o, e.Policy, now, e.Chance())}
	before := r.Health()
	after := before.After(o.Kind, now)
	if after != before {
		v.health = &after
	}
	story := story{application: s.Application, endpoint: r.Endpoint, message: j.parcel.message, attempt: a}
	if v.delivery.State == hook.Exhausted {
		v.events = append(v.events, e.stamp(story.exhausted(), now))
	}
	if after.Disabled != "" && before.Disabled == "" {
		v.events = append(v.events, e.stamp(story.disabled(after), now))
	}
	return v
}

// settle stores the verdict and frees what the job took up. It does not give up while ctx lasts: the
// request has left, and what became of it must be known. When ctx ends first, the next run finds the delivery open.
func (e *Engine) settle(ctx context.Context, j *job, v verdict) {
	step := store.Settlement{Attempt: v.attempt, Delivery: v.delivery, Fresh: j.fresh, Fan: j.parcel.fan, Health: v.health, Events: v.events}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := e.Store.Settle(ctx, step)
		if err == nil {
			break
		}
		e.Log.Error("cannot store what became of a delivery; trying again", "error", err)
		if sleep(ctx, pause) != nil {
			return
		}
	}
	e.totals.count(v)
	if v.health != nil {
		e.Directory.SetHealth(j.lane.application, j.lane.endpoint, *v.health)
		if v.health.Disabled != "" {
			e.Directory.EndpointChanged(j.lane.application, j.lane.endpoint)
		}
	}
	e.schedule.settled(j, v.delivery.DueAt, e.clock.Now())
}

// putBack leaves a job that was not sent to the store and forgets it: it stays open there, and the next
// run takes it up.
func (e *Engine) putBack(j *job) { e.schedule.answered(j, false) }

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
