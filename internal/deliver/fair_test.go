package deliver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
)

// hangingAt hangs requests to one URL and answers the others.
func hangingAt(url string, release <-chan struct{}) func(context.Context, call) egress.Response {
	hang := hanging(release)
	return func(ctx context.Context, c call) egress.Response {
		if c.url == url {
			return hang(ctx, c)
		}
		return answered(200)
	}
}

func only(eventType string) func(*catalog.NewEndpoint) {
	return func(n *catalog.NewEndpoint) { n.EventTypes = []string{eventType} }
}

func TestEndpointThatHangsUsesUpItsOwnWidthOnly(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.Workers = 120 })
	one, two := h.application(), h.application()
	stuck, fine, other := h.endpoint(one), h.endpoint(one), h.endpoint(two)
	s.set(hangingAt(stuck.URL, gate))

	mine := h.publishMany(one, 100)
	theirs := h.publishMany(two, 100)
	for i := range mine {
		h.reaches(mine[i], fine, hook.Delivered)
		h.reaches(theirs[i], other, hook.Delivered)
	}
	held := s.mostTo(stuck.URL)
	close(gate)
	h.quiet()

	if held != 16 {
		t.Errorf("%d requests hung at a time, want the width of a new lane", held)
	}
}

func TestEndpointsThatHangAllAtOnceLeaveWorkersToTheOthers(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.Workers = 64 })
	hung, other := h.application(), h.application()
	h.manyEndpoints(hung, 10)
	fine := h.endpoint(other)
	hang := hanging(gate)
	s.set(func(ctx context.Context, c call) egress.Response {
		if c.url == fine.URL {
			return answered(200)
		}
		return hang(ctx, c)
	})

	h.publishMany(hung, 50)
	eventually(t, "endpoints that take what they can get", func() bool { return s.count() >= 40 })
	for _, m := range h.publishMany(other, 20) {
		h.reaches(m, fine, hook.Delivered)
	}
	s.set(always(200))
	close(gate)
	h.quiet()

	if s.count() != 520 {
		t.Errorf("%d requests", s.count())
	}
}

func TestWorkersOnTheirWayDoNotCountAsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := deliver.NewBench(deliver.Limits{InFlight: 32, Window: 64, Workers: 64, Queue: 10_000, Lane: 5_000, Bytes: 64 << 20})

		sent := b.Crowd(50, 10)

		if sent < 48 {
			t.Errorf("%d requests while everybody may have three quarters of 64 workers", sent)
		}
	})
}

func TestEndpointsTakeTurns(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.Workers = 1 })
	a, b := h.application(), h.application()
	plug := h.endpoint(a, only("plug"))
	urls := map[string]string{h.endpoint(a, only("many")).URL: "a1", h.endpoint(a, only("few")).URL: "a2", h.endpoint(b, only("few")).URL: "b"}
	s.set(hangingAt(plug.URL, gate))
	h.publish(a, typed("plug"))
	eventually(t, "the only worker to be busy", func() bool { return s.count() == 1 })
	for range 20 {
		h.publish(a, typed("many"))
	}
	for range 5 {
		h.publish(a, typed("few"))
		h.publish(b, typed("few"))
	}

	close(gate)
	h.quiet()

	seen := map[string]int{}
	for _, c := range s.all()[1:17] { // applications take turns, and within one its endpoints
		seen[urls[c.url]]++
	}
	if seen["b"] != 5 || seen["a2"] < 4 || seen["a1"] < 4 {
		t.Errorf("among the first sixteen: %v", seen)
	}
}

func TestFreshDeliveriesOfAnEndpointStartInPublishOrder(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.InFlight = 1 })
	a := h.application()
	h.endpoint(a)

	many := h.publishMany(a, 200)
	h.quiet()

	for i, c := range s.all() {
		if want := idText(many[i]); c.message() != want {
			t.Fatalf("request %d was %s, want %s", i, c.message(), want)
		}
	}
	if s.count() != 200 {
		t.Errorf("%d requests", s.count())
	}
}

func TestWidthGrowsWithSuccessUpToItsBound(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.InFlight = 24 })
	a := h.application()
	e := h.endpoint(a)
	s.set(hanging(gate))

	h.publishMany(a, 60)
	eventually(t, "as many requests as a new lane is wide", func() bool { return s.mostTo(e.URL) == 16 })
	s.set(always(200))
	close(gate)
	h.quiet()

	if most := s.mostTo(e.URL); most > 24 {
		t.Errorf("%d requests at a time", most)
	}
}

func TestWidthShrinksWithFailure(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a, b := h.application(), h.application()
	e := h.endpoint(a)
	h.endpoint(b)
	for _, m := range h.publishMany(a, 10) { // each halves it, down to the least
		h.reaches(m, e, hook.Waiting)
	}
	h.quietButWaiting(10, s)
	s.set(hangingAt(e.URL, gate))

	h.publishMany(a, 20)
	for range 50 {
		h.publish(b)
	}
	eventually(t, "the others", func() bool { return s.count() >= 10+2+50 })
	held := s.count() - 10 - 50
	close(gate)
	eventually(t, "everything", func() bool { return s.count() == 80 })

	if held != 2 {
		t.Errorf("%d requests to an endpoint that only failed", held)
	}
}

func TestNoMoreThanTheWindowIsSentAndNotSettled(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	var broken flag
	broken.Store(true)
	h := newHouse(t, scripted(s), flaky(&broken), func(h *house) { h.config.Limits.Window = 20 })
	a, b := h.application(), h.application()
	h.endpoint(a)
	h.endpoint(b)

	h.publishMany(a, 50)
	eventually(t, "a full window", func() bool { return s.count() == 20 })
	h.publish(b) // so that everything which could be sent has had its turn
	eventually(t, "the other one", func() bool { return s.count() > 20 })
	sent := s.count()
	broken.Store(false)
	h.quiet()

	if sent != 21 {
		t.Errorf("%d requests", sent)
	}
}

func TestRateLimitsOfEndpointAndApplicationHold(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]struct{ application, endpoint int }{
		"endpoint": {0, 20}, "application": {20, 0}, "the lower one": {20, 5000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(nil)
			h := newHouse(t, scripted(s))
			a := h.application(func(n *catalog.NewApplication) { n.RateLimit = limit.application })
			h.endpoint(a, func(n *catalog.NewEndpoint) { n.RateLimit, n.EventTypes = limit.endpoint, []string{"one"} })
			h.endpoint(a, func(n *catalog.NewEndpoint) { n.RateLimit, n.EventTypes = limit.endpoint, []string{"two"} })
			kinds := []string{"one", "one"}
			if limit.application > 0 {
				kinds[1] = "two"
			}

			began := h.now()
			for i := range 30 {
				h.publish(a, typed(kinds[i%2]))
			}
			h.quiet()

			// The first leaves at once and the last of them 29 spaces later.
			if took := h.now().Sub(began); s.count() != 30 || took < 29*time.Second/20-50*time.Millisecond {
				t.Errorf("%d requests in %s", s.count(), took)
			}
		})
	}
}

func TestRateLimitThatIsLiftedNoLongerHolds(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s))
	a := h.application(func(n *catalog.NewApplication) { n.RateLimit = 1 })
	h.endpoint(a)
	h.publishMany(a, 3)
	eventually(t, "one request", func() bool { return s.count() == 1 })

	none := 0
	_, err := h.applications.Patch(t.Context(), appText(a), catalog.ApplicationPatch{RateLimit: &none})
	check(t, err)
	h.publishMany(a, 300)

	eventually(t, "everything, which a second each would not allow", func() bool { return s.count() == 303 })
}
