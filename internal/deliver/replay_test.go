package deliver_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func TestResendSendsAgainWhatWasDelivered(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Delivered)
	h.quiet()

	check(t, h.engine.Resend(t.Context(), a.Key, m, e))
	eventually(t, "a second attempt", func() bool { return len(h.attempts(m)) == 2 })
	h.quiet()

	stored := h.attempts(m)
	if stored[0].Trigger != hook.Manual || stored[1].Trigger != hook.Scheduled || stored[0].Number != 1 || h.delivery(m, e).State != hook.Delivered {
		t.Errorf("attempts: %+v", stored)
	}
	h.nothingOpen()
}

func TestResendRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	bare, off := m, e
	bare.Payload, off.Disabled = nil, true

	for want, err := range map[string]error{
		"payload_gone":      h.engine.Resend(t.Context(), a.Key, bare, e),
		"endpoint_disabled": h.engine.Resend(t.Context(), a.Key, m, off),
	} {
		if fault.CodeOf(err) != want || fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestRecoverSendsTheExhaustedOnesOfTheRangeAndNoOthers(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Policy = schedule(t) })
	a := h.application()
	e := h.endpoint(a)
	before := h.publish(a)
	h.reaches(before, e, hook.Exhausted)
	h.later(time.Hour)
	since := h.now()
	inside := h.publishMany(a, 10)
	for _, m := range inside {
		h.reaches(m, e, hook.Exhausted)
	}
	s.set(always(200))
	fine := h.publish(a)
	h.reaches(fine, e, hook.Delivered)
	h.later(time.Hour)
	sent := s.count()

	_, err := h.engine.Recover(t.Context(), e, since, time.Time{})
	check(t, err)
	for _, m := range inside {
		h.reaches(m, e, hook.Delivered)
	}
	h.quiet()

	if s.count() != sent+10 || h.delivery(before, e).State != hook.Exhausted || h.attempts(inside[3])[0].Trigger != hook.Manual {
		t.Errorf("%d requests, the one before is %+v", s.count()-sent, h.delivery(before, e))
	}
}

func TestRecoverOfAnEndpointThatStillFailsEnds(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s), func(h *house) {
		h.config.Policy = schedule(t)

	}, slowReplay)
	a := h.application()
	e := h.endpoint(a)
	for _, m := range h.publishMany(a, 5) {
		h.reaches(m, e, hook.Exhausted)
	}
	h.quiet()

	_, err := h.engine.Recover(t.Context(), e, h.now().Add(-time.Hour), time.Time{})
	check(t, err)
	eventually(t, "each once more", func() bool { return s.count() == 10 })
	h.quiet()
	check(t, h.stop())

	if s.count() != 10 {
		t.Errorf("%d requests", s.count())
	}
}

func TestResendThatFailsIsOneManualAttemptAndTheScheduleGoesOn(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Policy = schedule(t) })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Exhausted)
	h.quiet()
	scheduled := len(h.attempts(m))

	check(t, h.engine.Resend(t.Context(), a.Key, m, e))
	eventually(t, "one attempt more", func() bool { return len(h.attempts(m)) == scheduled+1 })
	h.reaches(m, e, hook.Exhausted)
	h.later(100 * time.Hour)
	h.quiet()

	stored := h.attempts(m)
	if len(stored) != scheduled+1 || stored[0].Trigger != hook.Manual || stored[1].Trigger != hook.Scheduled {
		t.Errorf("%d attempts, want %d: %+v", len(stored), scheduled+1, stored)
	}
}

func TestRecoverRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.application()
	e := h.endpoint(a)
	off := e
	off.Disabled = true
	now := h.now()

	_, backwards := h.engine.Recover(t.Context(), e, now, now.Add(-time.Hour))
	_, disabled := h.engine.Recover(t.Context(), off, now.Add(-time.Hour), now)
	_, ancient := h.engine.Recover(t.Context(), e, now.Add(-deliver.MaxRecovery-time.Hour), now)
	if fault.KindOf(ancient) != fault.Invalid {
		t.Errorf("a recovery of more than 14 days: got %v", ancient)
	}
	check(t, h.stop())
	_, stopped := h.engine.Recover(t.Context(), e, now.Add(-time.Hour), now)

	if fault.KindOf(backwards) != fault.Invalid || fault.CodeOf(disabled) != "endpoint_disabled" || fault.KindOf(stopped) != fault.Unavailable {
		t.Errorf("got %v, %v and %v", backwards, disabled, stopped)
	}
}

func refOf(m hook.Message) store.Ref { return store.Ref{ID: m.ID} }
