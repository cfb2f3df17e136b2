package deliver_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/publish"
)

func TestWhatFindsNoRoomInMemoryIsDeliveredFromTheStoreOnce(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(*house){
		"queue": func(h *house) { h.config.Limits.Queue = 10 },
		"lane":  func(h *house) { h.config.Limits.Lane = 5 },
		"bytes": func(h *house) { h.config.Limits.Bytes = 8 << 10 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := make(chan struct{})
			s := newScript(hanging(gate))
			h := newHouse(t, scripted(s), limit)
			a := h.application()
			one, two := h.endpoint(a), h.endpoint(a)

			var many []hook.Message
			for i := range 150 {
				many = append(many, h.publish(a, func(in *publish.Input) {
					in.Payload = fmt.Appendf(nil, `{"n": %d, "text": "%s"}`, i, strings.Repeat("x", 500))
				}))
			}
			held := h.engine.Numbers()
			close(gate)
			eventually(t, "all of it sent", func() bool { return s.count() >= 300 })
			h.quiet()

			for _, m := range many {
				if h.delivery(m, one).State != hook.Delivered || h.delivery(m, two).State != hook.Delivered || len(h.attempts(m)) != 2 {
					t.Fatalf("attempts: %+v", h.attempts(m))
				}
			}
			for which, n := range s.times() {
				if n != 1 {
					t.Errorf("%v was sent %d times", which, n)
				}
			}
			if name == "bytes" && held.QueuedBytes > 16<<10 {
				t.Errorf("in memory: %+v", held)
			}
			h.nothingOpen()
		})
	}
}

func TestBacklogIsReadBackWithinTheBoundsOfMemory(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	s := newScript(always(500))
	h := newHouse(t, scripted(s), func(h *house) {
		h.config.Limits.Bytes, h.config.Policy = limit, schedule(t, time.Minute, time.Minute)
	})
	a := h.application()
	h.manyEndpoints(a, 20)
	for range 10 {
		h.publish(a, func(in *publish.Input) { in.Payload = []byte(`{"text": "` + strings.Repeat("x", 20_000) + `"}`) })
	}
	h.quietButWaiting(200, s)
	gate := make(chan struct{})
	s.set(hanging(gate))
	h.later(2 * time.Minute)

	eventually(t, "memory to be full", func() bool { return h.engine.Numbers().QueuedBytes >= limit })
	most := h.engine.Numbers().QueuedBytes
	close(gate)
	eventually(t, "all of it sent", func() bool { return s.count() == 400 })
	h.quiet()

	if most > 4*limit {
		t.Errorf("%d bytes in memory", most)
	}
	h.nothingOpen()
}

// quietButWaiting waits until n requests were made and settled.
func (h *house) quietButWaiting(n int, s *script) {
	h.t.Helper()
	eventually(h.t, "everything to be settled", func() bool { return s.count() == n && h.engine.Numbers().Queued == 0 })
}

func TestBacklogThatCannotBeReadIsNotTakenForExpunged(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	var broken flag
	h := newHouse(t, scripted(s), flaky(&broken))
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Waiting)
	h.quietButWaiting(1, s)
	broken.Store(true)
	h.later(time.Minute)
	eventually(t, "the store to fail", func() bool { return broken.hits.Load() > 0 })
	s.set(always(200))

	broken.Store(false)
	eventually(t, "a look after the pause", func() bool { h.later(5 * time.Second); return h.delivery(m, e).State == hook.Delivered })

	if stored := h.attempts(m); len(stored) != 2 {
		t.Errorf("attempts: %+v", stored)
	}
}

func TestExpungedPayloadEndsTheDelivery(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	h.reaches(m, e, hook.Waiting)

	check(t, h.store.ExpungeMessage(t.Context(), a.Key, refOf(m)))
	h.later(time.Minute)
	d := h.reaches(m, e, hook.Canceled)

	if d.Reason != hook.ReasonExpunged || s.count() != 1 {
		t.Errorf("%+v after %d requests", d, s.count())
	}
	h.quiet()
}

func TestEndpointThatIsSwitchedOffGetsNothingMoreUntilItIsOnAgain(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	waiting := h.publish(a)
	h.reaches(waiting, e, hook.Waiting)
	gate := make(chan struct{})
	s.set(func(ctx context.Context, c call) egress.Response { <-gate; return answered(500) })
	queued := h.publishMany(a, 20)
	eventually(t, "requests on the wire", func() bool { return s.count() > 1 })

	h.enable(e, false)
	close(gate)
	h.quiet()
	sent := s.count()
	for _, m := range append(queued, waiting) {
		if d := h.reaches(m, e, hook.Canceled); d.Reason != hook.ReasonDisabled {
			t.Errorf("%+v", d)
		}
	}
	s.set(always(200))
	h.enable(e, true)
	m := h.publish(a)
	h.reaches(m, e, hook.Delivered)
	h.quiet()

	if s.count() != sent+1 || h.current(e).Disabled || len(h.events(a, hook.EventEndpointDisabled)) != 0 {
		t.Errorf("%d requests before and %d after; %+v", sent, s.count(), h.current(e))
	}
	h.nothingOpen()
}

func (h *house) enable(e hook.Endpoint, on bool) {
	h.t.Helper()
	off := !on
	_, err := h.endpoints.Patch(h.t.Context(), e.ApplicationKey, epText(e), catalog.EndpointPatch{Disabled: &off})
	check(h.t, err)
}

func TestDeletedEndpointGetsNothingMore(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.InFlight = 1 })
	a := h.application()
	e := h.endpoint(a)
	many := h.publishMany(a, 10)
	eventually(t, "a request on the wire", func() bool { return s.count() == 1 })

	check(t, h.endpoints.Delete(t.Context(), a.Key, epText(e)))
	close(gate)
	h.quiet()

	if s.count() != 1 || len(h.attempts(many[0])) != 1 || h.engine.Numbers().Canceled != 9 {
		t.Errorf("%d requests, %+v", s.count(), h.engine.Numbers())
	}
	h.nothingOpen()
}

func TestDeletedApplicationGetsNothingMore(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.InFlight = 1 })
	a := h.application()
	h.endpoint(a)
	h.publishMany(a, 10)
	eventually(t, "a request on the wire", func() bool { return s.count() == 1 })

	check(t, h.applications.Delete(t.Context(), appText(a)))
	close(gate)
	h.quiet()

	if s.count() != 1 {
		t.Errorf("%d requests", s.count())
	}
	h.nothingOpen()
}
