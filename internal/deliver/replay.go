package deliver

import (
	"context"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// MaxRecovery is how far back a recovery may begin (public interface of the client libraries).
const MaxRecovery = 14 * 24 * time.Hour

const replayBatch = 1000 // deliveries that a recovery makes due again at a time

// Resend makes the message due at the endpoint again for one attempt, because a person asked. It goes out whatever
// the endpoint subscribes to. A delivery that is on its schedule returns to it if the attempt fails.
func (e *Engine) Resend(ctx context.Context, application hook.Key, message hook.Message, endpoint hook.Endpoint) error {
	if message.Payload == nil {
		return fault.New(fault.Conflict, "payload_gone", "The payload of this message was expunged or has expired: there is nothing to send.")
	}
	if endpoint.Disabled {
		return fault.New(fault.Conflict, "endpoint_disabled", "The endpoint is disabled: enable it first.")
	}
	now := e.config.Clock.Now()
	d := hook.Delivery{ApplicationKey: application, MessageKey: message.Key, EndpointKey: endpoint.Key}
	if _, target := slices.BinarySearch(message.Targets, endpoint.Key); !target {
		d.State = hook.Exhausted // it has no schedule to return to
	}
	d = d.Replay(now)
	if err := e.parts.Store.Replay(ctx, d); err != nil {
		return err
	}
	e.schedule.noteFor(application, endpoint.Key, now, now)
	return nil
}

// Recover makes the exhausted and canceled deliveries of the endpoint due again whose messages were
// published in [since, until); a zero until is now, and since is at most MaxRecovery before it. It returns the id of the task, which goes on behind it and
// ends with the process: what it has not reached by then stays as it was, and can be recovered again.
func (e *Engine) Recover(_ context.Context, endpoint hook.Endpoint, since, until time.Time) (id.ID, error) {
	now := e.config.Clock.Now()
	if until.IsZero() {
		until = now
	}
	if !since.Before(until) {
		return id.ID{}, fault.In("since", "value_error", "Give a since that lies before until, and before now.")
	}
	if since.Before(now.Add(-MaxRecovery)) {
		return id.ID{}, fault.In("since", "value_error", "Give a since of the last %d days.", MaxRecovery/(24*time.Hour))
	}
	if endpoint.Disabled {
		return id.ID{}, fault.New(fault.Conflict, "endpoint_disabled", "The endpoint is disabled: enable it first.")
	}
	if !e.help(func(ctx context.Context) { e.recoverAll(ctx, endpoint, id.Floor(since), id.Floor(until)) }) {
		return id.ID{}, fault.New(fault.Unavailable, "starting", "The server is starting or stopping: try again in a moment.")
	}
	return e.parts.IDs.New(now), nil
}

func (e *Engine) recoverAll(ctx context.Context, endpoint hook.Endpoint, from, until id.ID) {
	var after hook.Key // one that fails again at once is not taken twice
	for ctx.Err() == nil {
		now := e.config.Clock.Now()
		n, last, err := e.parts.Store.ReplayFailed(ctx, endpoint.Key, after, from, until, replayBatch, now)
		if err != nil {
			e.config.Log.Error("a recovery ended early", "endpoint", id.Endpoint.Text(endpoint.ID), "error", err)
			return
		}
		if n == 0 {
			return
		}
		e.schedule.noteFor(endpoint.ApplicationKey, endpoint.Key, now, now)
		after = last
	}
}

// ApplicationChanged implements directory.Changes.
func (e *Engine) ApplicationChanged(hook.Key) {}

// EndpointChanged implements directory.Changes: what waits for an endpoint that was disabled or deleted is
// canceled now, and not when it falls due.
func (e *Engine) EndpointChanged(_, endpoint hook.Key) {
	e.schedule.noteKnown(endpoint, e.config.Clock.Now())
}

// EventTypeChanged implements directory.Changes.
func (e *Engine) EventTypeChanged(string) {}
