package postgres_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// pair is two runs on one database, with the ids of what they make.
type pair struct {
	t      *testing.T
	stores [2]*postgres.Store
	ids    *id.Source
	now    time.Time
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t, ids: id.NewSource(rand.Reader), now: clock.Clock{}.Now().Truncate(time.Millisecond)}
	url := fresh(t)
	for i := range p.stores {
		p.stores[i] = openOnly(t, url)
		run := store.Run{Key: hook.Key(i + 1), Window: 64, Lease: time.Minute}
		p.check(p.stores[i].Begin(t.Context(), run, p.now))
	}
	return p
}

func (p *pair) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) application() hook.Application {
	p.t.Helper()
	a, err := p.stores[0].CreateApplication(p.t.Context(), hook.Application{ID: p.ids.New(p.now), Name: "Acme", CreatedAt: p.now, UpdatedAt: p.now})
	p.check(err)
	return a
}

// both calls do for both stores at the same time, n times each, and returns what the calls returned.
func (p *pair) both(n int, do func(s *postgres.Store) error) []error {
	errs := make([]error, 2*n)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = do(p.stores[i%2]) })
	}
	group.Wait()
	return errs
}

func TestUpdatesByTwoNodesDoNotLoseEachOther(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.application()

	p.check(errors.Join(p.both(20, func(s *postgres.Store) error {
		_, err := s.UpdateApplication(t.Context(), store.Ref{ID: a.ID}, func(a *hook.Application) error { a.RateLimit++; return nil })
		return err
	})...))

	got, err := p.stores[1].Application(t.Context(), store.Ref{ID: a.ID})
	p.check(err)
	if got.RateLimit != 40 {
		t.Errorf("after 40 updates that count one up there are %d", got.RateLimit)
	}
}

func TestNoEndpointOutlivesAnApplicationThatAnotherNodeDeletes(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.application()
	var deletion sync.Once

	for _, err := range p.both(20, func(s *postgres.Store) (err error) {
		if s == p.stores[0] {
			deletion.Do(func() { _, err = s.DeleteApplication(t.Context(), store.Ref{ID: a.ID}) })
			return err
		}
		_, err = s.CreateEndpoint(t.Context(), hook.Endpoint{ApplicationKey: a.Key, ID: p.ids.New(p.now), CreatedAt: p.now, UpdatedAt: p.now})
		return err
	}) {
		if err != nil && fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
	}

	left, err := p.stores[0].EndpointsOf(t.Context(), a.Key)
	p.check(err)
	if len(left) != 0 {
		t.Errorf("%d endpoints are left", len(left))
	}
}

func TestOfTwoNodesOneIsTheFirstWithAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	claim := store.Claim{Key: [16]byte{1}, ExpiresAt: p.now.Add(time.Hour)}

	firsts := 0
	for _, err := range p.both(20, func(s *postgres.Store) error {
		_, err := s.Reserve(t.Context(), claim, p.now)
		return err
	}) {
		if err == nil {
			firsts++
		} else if fault.CodeOf(err) != "idempotency_in_progress" {
			t.Error(err)
		}
	}

	if firsts != 1 {
		t.Errorf("%d callers were the first", firsts)
	}
}

func TestAReservationOutlivesTheClockOfAnotherNodeButNotItsRun(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	claim := store.Claim{Key: [16]byte{1}, ExpiresAt: p.now.Add(time.Hour)}
	_, err := p.stores[0].Reserve(t.Context(), claim, p.now)
	p.check(err)

	_, err = p.stores[1].Reserve(t.Context(), claim, p.now.Add(5*time.Minute))
	if fault.CodeOf(err) != "idempotency_in_progress" {
		t.Errorf("a node whose clock is five minutes ahead got %v", err)
	}

	p.check(p.stores[0].End(t.Context()))
	_, err = p.stores[1].Reserve(t.Context(), claim, p.now)
	p.check(err)
}
