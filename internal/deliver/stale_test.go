package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
)

// stale is what a request on a kept connection gets that the receiver has closed.
func stale() egress.Response {
	return egress.Response{Outcome: egress.Disconnected, Stale: true, Detail: "closed", Cause: errors.New("reset")}
}

// TestARequestThatAKeptConnectionLostIsRepeatedOnceAtOnce has receivers that close a kept connection under a request,
// and answer the one after it in several ways.
func TestARequestThatAKeptConnectionLostIsRepeatedOnceAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		second egress.Response
		state  hook.State
		last   hook.OutcomeKind
	}{
		"yes": {answered(200), hook.Delivered, hook.Succeeded}, "no": {answered(500), hook.Waiting, hook.Failed},
		"stale again": {stale(), hook.Waiting, hook.Failed}, "gone": {answered(410), hook.Exhausted, hook.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sender := newScript(func(_ context.Context, call call) egress.Response {
				if call.fresh {
					return c.second
				}
				return stale()
			})
			h := newHouse(t, func(h *house) { h.sender = sender })
			app := h.application()
			e := h.endpoint(app)

			m := h.publish(app)

			d := h.reaches(m, e, c.state)
			eventually(t, "the attempts", func() bool { return len(h.attempts(m)) == 2 })
			all, calls := h.attempts(m), sender.all()
			if got := fmt.Sprint(all[1].Outcome, all[1].Cause, all[1].Number, all[0].Outcome, all[0].Number); got != fmt.Sprint(hook.Failed, "disconnected", 1, c.last, 1) {
				t.Errorf("attempts: %s", got)
			}
			if len(calls) != 2 || calls[0].fresh || calls[0].message() != calls[1].message() || string(calls[0].body) != string(calls[1].body) {
				t.Errorf("requests: %+v", calls)
			}
			if c.state == hook.Waiting && d.Attempts != 1 {
				t.Errorf("the schedule counts %d attempts", d.Attempts)
			}
			if failing := !h.current(e).FailingSince.IsZero(); failing != (c.last != hook.Succeeded) {
				t.Errorf("failing: %v", failing)
			}
		})
	}
}

// TestARepetitionKeepsWhoAskedForIt replays a delivery over a connection that breaks.
func TestARepetitionKeepsWhoAskedForIt(t *testing.T) {
	t.Parallel()
	sender := newScript(nil)
	h := newHouse(t, func(h *house) { h.sender = sender })
	app := h.application()
	e := h.endpoint(app)
	m := h.publish(app)
	h.reaches(m, e, hook.Delivered)
	sender.set(func(_ context.Context, call call) egress.Response {
		if call.fresh {
			return answered(200)
		}
		return stale()
	})

	check(t, h.engine.Resend(t.Context(), app.Key, m, e))

	eventually(t, "the attempts", func() bool { return len(h.attempts(m)) == 3 })
	for _, a := range h.attempts(m)[:2] {
		if a.Trigger != hook.Manual {
			t.Errorf("got %+v", a)
		}
	}
}

// TestNothingIsRepeatedAtOnceForAnEndpointThatWasDisabledMeanwhile disables it while the first request is on its way.
func TestNothingIsRepeatedAtOnceForAnEndpointThatWasDisabledMeanwhile(t *testing.T) {
	t.Parallel()
	left, breaks := make(chan struct{}), make(chan struct{})
	sender := newScript(func(context.Context, call) egress.Response {
		close(left)
		<-breaks
		return stale()
	})
	h := newHouse(t, func(h *house) { h.sender = sender })
	app := h.application()
	e := h.endpoint(app)
	m := h.publish(app)
	wait(t, left, "the request")
	disabled := true
	_, err := h.endpoints.Patch(t.Context(), app.Key, epText(e), catalog.EndpointPatch{Disabled: &disabled})
	check(t, err)

	close(breaks)

	h.reaches(m, e, hook.Canceled)
	if n := sender.count(); n != 1 || len(h.attempts(m)) != 1 {
		t.Errorf("%d requests, %d attempts", n, len(h.attempts(m)))
	}
}

// TestARepetitionEndsWithTheTimeOfItsAttempt has a connection that breaks late: what is left of the time is the second
// request's, and without any there is none.
func TestARepetitionEndsWithTheTimeOfItsAttempt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late  bool // the first one takes all of the time
		calls int
	}{"in time": {false, 2}, "too late": {true, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var deadlines []time.Time
			sender := newScript(func(ctx context.Context, call call) egress.Response {
				at, _ := ctx.Deadline()
				deadlines = append(deadlines, at)
				if call.fresh {
					return answered(200)
				}
				if c.late {
					<-ctx.Done()
				}
				return stale()
			})
			h := newHouse(t, func(h *house) { h.sender, h.config.Timeout = sender, time.Second })
			app := h.application()
			h.endpoint(app)

			m := h.publish(app)

			eventually(t, "the attempts", func() bool { return len(h.attempts(m)) == c.calls })
			if sender.count() != c.calls || c.calls == 2 && !deadlines[0].Equal(deadlines[1]) {
				t.Errorf("%d requests with the deadlines %v", sender.count(), deadlines)
			}
		})
	}
}
