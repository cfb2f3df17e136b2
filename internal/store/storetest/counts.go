package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func counts() []test {
	return []test{
		{"ended deliveries count in the hours in which they ended", countsEnded},
		{"open deliveries count as they are now", countsOpen},
		{"an endpoint without deliveries counts nothing", countsNothing},
	}
}

func countsEnded(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	settle := func(outcome hook.OutcomeKind, d hook.Delivery) {
		f.settle(f.message(a, []hook.Endpoint{e}), e, outcome, d)
	}
	before := clock.Clock{}.Now()
	settle(hook.Succeeded, hook.Delivery{})
	settle(hook.Succeeded, hook.Delivery{})
	settle(hook.Succeeded, hook.Delivery{})
	settle(hook.Failed, hook.Delivery{State: hook.Exhausted})
	settle(hook.Gone, hook.Delivery{State: hook.Exhausted})
	settle(hook.Failed, hook.Delivery{State: hook.Canceled, Reason: hook.ReasonDisabled})
	f.attempt(f.message(a, []hook.Endpoint{other}), other, hook.Succeeded)
	after := clock.Clock{}.Now()

	got, err := f.Counts(t.Context(), e.Key, before, after.Add(time.Second))
	check(t, err)
	equal(t, got, store.Counts{Success: 3, Failed: 2, Canceled: 1})

	past, err := f.Counts(t.Context(), e.Key, before.Add(-48*time.Hour), before.Truncate(time.Hour))
	check(t, err)
	future, err := f.Counts(t.Context(), e.Key, after.Truncate(time.Hour).Add(time.Hour), after.Add(48*time.Hour))
	check(t, err)
	equal(t, []store.Counts{past, future}, []store.Counts{{}, {}})
}

func countsOpen(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	for range 5 {
		f.settle(f.message(a, []hook.Endpoint{e}), e, hook.Failed, hook.Delivery{State: hook.Waiting, DueAt: f.now})
	}
	_, err := f.Lease(t.Context(), e.Key, f.now, 2)
	check(t, err)

	got, err := f.Counts(t.Context(), e.Key, f.now.Add(-time.Hour), f.now.Add(time.Hour))

	check(t, err)
	equal(t, got, store.Counts{Pending: 3, Sending: 2})
}

func countsNothing(t *testing.T, f *fixture) {
	got, err := f.Counts(t.Context(), 4711, f.now.Add(-time.Hour), f.now)

	check(t, err)
	equal(t, got, store.Counts{})
}
