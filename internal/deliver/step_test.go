package deliver_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
)

// set lets a test set the wall clock beside the steady one, and gives deliveries three retries.
func set(h *house) {
	h.config.Clock = clock.Func(h.now).Keeping(clock.Clock{}.Steady)
	h.config.Policy = schedule(h.t, time.Minute, time.Hour, 24*time.Hour)
}

// ahead are clocks that are wrong by an hour, a day and a year.
func ahead() []time.Duration { return []time.Duration{time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} }

func TestNothingWaitsLongerThanItsPolicySaysAfterTheClockCameBack(t *testing.T) {
	t.Parallel()
	for _, by := range ahead() {
		h := newHouse(t, set, func(h *house) { h.sender = newScript(always(500)) })
		a := h.application()
		e := h.endpoint(a)
		h.later(by)
		m := h.publish(a)
		eventually(t, "a retry that waits", func() bool { return h.delivery(m, e).State == hook.Waiting })

		h.later(-by)

		eventually(t, "a retry within its minute", func() bool { return h.delivery(m, e).DueAt.Before(h.now().Add(90 * time.Second)) })
		h.sender.(*script).set(always(200))
		h.later(90 * time.Second)
		h.reaches(m, e, hook.Delivered)
	}
}

func TestNothingWaitsLongerThanItsPolicySaysAfterARestartWithTheRightClock(t *testing.T) {
	t.Parallel()
	for _, by := range ahead() {
		h := newHouse(t, set, func(h *house) { h.sender = newScript(always(500)) })
		a := h.application()
		e := h.endpoint(a)
		h.later(by)
		m := h.publish(a)
		eventually(t, "a retry that waits", func() bool { return h.delivery(m, e).State == hook.Waiting })
		check(t, h.stop())
		h.offset.Add(-int64(by))

		h.start()

		eventually(t, "a retry within its minute", func() bool { return h.delivery(m, e).DueAt.Before(h.now().Add(90 * time.Second)) })
	}
}

func TestAWaitThatTheReceiverAskedForOutlastsAStepOfTheClock(t *testing.T) {
	t.Parallel()
	h := newHouse(t, set)
	script := h.sender.(*script)
	a := h.application()
	e := h.endpoint(a)
	waiting := func(answer func(context.Context, call) egress.Response) hook.Message {
		script.set(answer)
		m := h.publish(a)
		h.reaches(m, e, hook.Waiting)
		return m
	}
	asked := waiting(func(context.Context, call) egress.Response {
		return egress.Response{Outcome: egress.Answered, Status: 503, RetryAfter: 2 * time.Hour, Header: http.Header{"Retry-After": {"7200"}}}
	})
	due := h.delivery(asked, e).DueAt
	unasked := waiting(always(500))

	h.later(-time.Hour)

	eventually(t, "the other retry within its minute", func() bool { return h.delivery(unasked, e).DueAt.Before(h.now().Add(90 * time.Second)) })
	if got := h.delivery(asked, e).DueAt; !got.Equal(due) {
		t.Errorf("it is due %s later", got.Sub(due))
	}
}
