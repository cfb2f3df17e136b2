package deliver_test

import (
	"context"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func TestRequestsOnTheWireToAnEndpointAreSharedByTheRunsThatDeliver(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s))
	h.engine.Among(8) // 32 among 8
	a := h.application()
	e := h.endpoint(a)

	many := h.publishMany(a, 50)
	eventually(t, "the share", func() bool { return s.mostTo(e.URL) == 4 })
	h.engine.Among(4)
	eventually(t, "the larger share", func() bool { return s.mostTo(e.URL) == 8 })
	close(gate)
	h.reaches(many[49], e, hook.Delivered)
	h.quiet()

	if most := s.mostTo(e.URL); most != 8 {
		t.Errorf("%d requests at a time", most)
	}
}

func TestRateLimitIsSharedByTheRunsThatDeliver(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s))
	h.engine.Among(3)
	a := h.application()
	h.endpoint(a, func(n *catalog.NewEndpoint) { n.RateLimit = 60 })

	began := h.now()
	h.publishMany(a, 30)
	h.quiet()

	if took := h.now().Sub(began); s.count() != 30 || took < 29*time.Second/20-50*time.Millisecond {
		t.Errorf("%d requests in %s", s.count(), took)
	}
}

func TestRunThatDoesNotDeliverLeavesItsWorkToOneThatDoes(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.Workers = 0 })
	a := h.application()
	e := h.endpoint(a)
	first := h.publish(a)
	if d := h.delivery(first, e); d.State != hook.Waiting || h.engine.Numbers().Lanes != 0 {
		t.Fatalf("the delivery is %+v with %d lanes", d, h.engine.Numbers().Lanes)
	}

	worker := h.beside(t)
	h.reaches(first, e, hook.Delivered)
	second := h.publish(a)
	worker.LookAgain()
	h.reaches(second, e, hook.Delivered)

	check(t, h.engine.Resend(t.Context(), a.Key, first, e))
	worker.LookAgain()
	eventually(t, "the resent one", func() bool { return s.count() == 3 })
	h.reaches(first, e, hook.Delivered)
}

// beside runs another engine, which delivers, on the house's store until the test ends.
func (h *house) beside(t *testing.T) *deliver.Engine {
	t.Helper()
	c := h.config
	c.Limits.Workers = 16
	worker := deliver.New(deliver.Parts{Store: h.store, Directory: h.directory, Sender: h.sender, IDs: h.ids}, c)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(context.WithoutCancel(t.Context())) }()
	t.Cleanup(func() {
		worker.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return worker
}

// gate is a lease that does not cover a request until it is open.
type gate chan struct{}

func (g gate) Await(ctx context.Context) (waited bool, err error) {
	select {
	case <-g:
		return false, nil
	default:
	}
	select {
	case <-g:
		return true, nil
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

func TestNothingIsSentWithoutALease(t *testing.T) {
	t.Parallel()
	s, lease := newScript(nil), make(gate)
	h := newHouse(t, scripted(s), func(h *house) { h.lease = lease })
	a := h.application()
	e := h.endpoint(a)

	m := h.publish(a)
	eventually(t, "a worker that has the delivery", func() bool { return h.engine.Numbers().Workers == 1 })
	early := s.count()
	close(lease)
	h.reaches(m, e, hook.Delivered)

	if early != 0 || s.count() != 1 {
		t.Errorf("%d requests without the lease, %d in all", early, s.count())
	}
}

func TestEndpointThatIsDisabledWhileNothingMayBeSentGetsNothing(t *testing.T) {
	t.Parallel()
	s, lease := newScript(nil), make(gate)
	h := newHouse(t, scripted(s), func(h *house) { h.lease = lease })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	eventually(t, "a worker that has the delivery", func() bool { return h.engine.Numbers().Workers == 1 })
	_, err := h.store.UpdateEndpoint(t.Context(), a.Key, store.Ref{ID: e.ID}, func(e *hook.Endpoint) error { e.Disabled = true; return nil })
	check(t, err)
	h.directory.EndpointChanged(a.Key, e.Key)

	close(lease)

	h.reaches(m, e, hook.Canceled)
	if s.count() != 0 {
		t.Errorf("%d requests to an endpoint that is disabled", s.count())
	}
}

func TestRunThatIsCutOffWithoutALeaseLeavesItsWorkToTheNext(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s), func(h *house) { h.lease, h.drain = make(gate), time.Millisecond })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	eventually(t, "a worker that has the delivery", func() bool { return h.engine.Numbers().Workers == 1 })

	check(t, h.stop())
	early := s.count()
	h.lease = nil
	h.start()
	h.reaches(m, e, hook.Delivered)

	if early != 0 || s.count() != 1 {
		t.Errorf("%d requests by the run without a lease, %d in all", early, s.count())
	}
}
