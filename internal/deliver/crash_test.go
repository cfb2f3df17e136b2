package deliver_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestCrashLosesNothingAndMarksOnlyWhatMayHaveLeft(t *testing.T) {
	t.Parallel()
	var dead flag
	s := newScript(hanging(nil))
	h := newHouse(t, scripted(s), flaky(&dead), func(h *house) {
		h.config.Limits.InFlight, h.config.Limits.Window = 4, 8
		h.drain = time.Millisecond
	})
	a := h.application()
	e := h.endpoint(a)
	many := h.publishMany(a, 30)
	eventually(t, "requests on the wire", func() bool { return s.count() == 4 })
	left := map[string]bool{}
	for _, c := range s.all() {
		left[c.message()] = true
	}

	dead.Store(true) // whatever the first run still does, it can no longer write
	abandoned := h.server
	s.set(always(200))
	h.wrap = plain
	h.start()
	for _, m := range many {
		h.reaches(m, e, hook.Delivered)
	}
	h.quiet()

	for i, m := range many {
		stored := h.attempts(m)
		interrupted := len(stored) == 2 && stored[1].Outcome == hook.Interrupted && stored[1].Status == 0
		if left[idText(m)] && !interrupted || i >= 8 && len(stored) != 1 || stored[0].Outcome != hook.Succeeded {
			t.Errorf("message %d: left %t, attempts %+v", i, left[idText(m)], stored)
		}
	}
	if err := abandoned.stop(); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the abandoned run ended with %v", err)
	}
}

func TestCrashDuringARetryLosesNothing(t *testing.T) {
	t.Parallel()
	var dead flag
	s := newScript(always(500))
	h := newHouse(t, scripted(s), flaky(&dead), func(h *house) { h.drain = time.Millisecond })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Waiting)
	h.quietButWaiting(1, s)
	s.set(hanging(nil))
	h.later(time.Minute)
	eventually(t, "the retry", func() bool { return s.count() == 2 })

	dead.Store(true)
	s.set(always(200))
	h.wrap = plain
	h.start()
	h.reaches(m, e, hook.Delivered)

	stored := h.attempts(m)
	if len(stored) != 3 || stored[2].Outcome != hook.Failed || stored[1].Outcome != hook.Interrupted || stored[0].Number != 2 {
		t.Errorf("attempts: %+v", stored)
	}
}

func TestWorkThatComesBeforeTheEngineRunsIsDone(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Waiting)
	h.end()
	h.offset.Add(int64(time.Hour))
	s.set(always(200))

	h.start()
	wait(t, h.engine.Ready(), "the engine to be ready")
	h.reaches(m, e, hook.Delivered)

	if s.count() != 2 {
		t.Errorf("%d requests", s.count())
	}
	h.quiet()
	h.nothingOpen()
}
