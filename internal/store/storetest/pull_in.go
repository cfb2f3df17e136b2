package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func pullIns() []test {
	return []test{
		{"a delivery waits no longer than its number of attempts allows", pullInByAttempts},
		{"a wait that the receiver asked for is kept up to the longest one of that kind", pullInAsked},
		{"what waits too long is found behind any number that does not", pullInMany},
		{"only deliveries of the endpoint that wait are pulled in", pullInOthers},
		{"a new webhook waits no longer than its number of attempts allows", pullInReceived},
	}
}

// longestWaits are waits of a second, a minute and an hour.
func longestWaits() store.Waits {
	return store.Waits{Longest: []time.Duration{time.Second, time.Minute, time.Hour}, Asked: 24 * time.Hour, Slack: time.Second}
}

// waits stores a delivery with a failed attempt that is due after a wait.
func (f *fixture) waits(a hook.Application, e hook.Endpoint, attempts int, wait time.Duration, with ...func(*hook.Attempt)) hook.Message {
	f.t.Helper()
	m := f.message(a, []hook.Endpoint{e})
	with = append(with, func(a *hook.Attempt) { a.Number = attempts })
	f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Waiting, DueAt: f.now.Add(wait)}, with...)
	return m
}

// dueIn returns how long from now the delivery is due, in whole seconds.
func (f *fixture) dueIn(m hook.Message, e hook.Endpoint) time.Duration {
	f.t.Helper()
	list, err := f.Destinations(f.t.Context(), m, store.Page[id.ID]{Limit: 10})
	check(f.t, err)
	for _, d := range list.Items {
		if d.Endpoint.Key == e.Key {
			return d.Delivery.DueAt.Sub(f.now).Round(time.Second)
		}
	}
	f.t.Fatalf("the message does not go there")
	return 0
}

func (f *fixture) pullIn(e hook.Endpoint) int {
	f.t.Helper()
	n, err := f.PullIn(f.t.Context(), e.Key, longestWaits(), f.now)
	check(f.t, err)
	return n
}

func pullInByAttempts(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	const year = 365 * 24 * time.Hour
	cases := []struct {
		attempts   int
		wait, want time.Duration
	}{
		{1, 30 * time.Second, 30 * time.Second}, {1, time.Hour, time.Minute}, {1, year, time.Minute},
		{2, 59 * time.Minute, 59 * time.Minute}, {2, 2 * time.Hour, time.Hour}, {7, year, time.Hour}, {7, 10 * time.Minute, 10 * time.Minute},
	}
	messages := make([]hook.Message, len(cases))
	for i, c := range cases {
		messages[i] = f.waits(a, e, c.attempts, c.wait)
	}
	postponed := f.deferred(a, e)
	held := f.take(e, 1)[0].Delivery
	held.DueAt = f.now.Add(year)
	check(t, f.Release(t.Context(), []hook.Delivery{held}))

	equal(t, f.pullIn(e), 5)
	equal(t, f.pullIn(e), 0)

	for i, c := range cases {
		equal(t, f.dueIn(messages[i], e), c.want)
	}
	equal(t, f.dueIn(postponed, e), time.Second)
	next, waits, err := f.NextDue(t.Context(), e.Key)
	check(t, err)
	equal(t, waits && next.Sub(f.now).Round(time.Second) == time.Second, true)
}

func pullInAsked(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	asking := func(a *hook.Attempt) { a.Headers = map[string]string{"Retry-After": "7200"} }
	asked := f.waits(a, e, 1, 2*time.Hour, asking)
	far := f.waits(a, e, 1, 25*time.Hour, asking)
	unasked := f.waits(a, e, 1, 2*time.Hour)

	equal(t, f.pullIn(e), 2)

	equal(t, f.dueIn(asked, e), 2*time.Hour)
	equal(t, f.dueIn(far, e), time.Minute)
	equal(t, f.dueIn(unasked, e), time.Minute)
}

func pullInMany(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	for range 1100 {
		f.waits(a, e, 2, 30*time.Minute)
	}
	last := f.waits(a, e, 1, 40*time.Minute)

	equal(t, f.pullIn(e), 1)

	equal(t, f.dueIn(last, e), time.Minute)
}

func pullInOthers(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	elsewhere := f.waits(a, other, 1, 5*time.Hour)
	ended := f.message(a, []hook.Endpoint{e})
	f.settle(ended, e, hook.Failed, hook.Delivery{State: hook.Exhausted})

	equal(t, f.pullIn(e), 0)

	equal(t, f.dueIn(elsewhere, other), 5*time.Hour)
}

func pullInReceived(t *testing.T, f *fixture) {
	s := f.source(f.application())
	again := func(wait time.Duration) hook.Received {
		r := f.receive(s, taken)
		check(t, f.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeNew, DueAt: f.now.Add(wait)}))
		return f.one(r)
	}
	soon, late, year := again(30*time.Second), again(time.Hour), again(365*24*time.Hour)
	ahead := f.receive(s, func(a *store.Arrival) { a.Received.ReceivedAt = f.now.Add(time.Hour) })

	n, err := f.PullInReceived(t.Context(), longestWaits(), f.now)
	check(t, err)
	more, err := f.PullInReceived(t.Context(), longestWaits(), f.now)
	check(t, err)

	equal(t, []int{n, more}, []int{3, 0})
	for r, want := range map[*hook.Received]time.Duration{&soon: 30 * time.Second, &late: time.Minute, &year: time.Minute, &ahead: time.Second} {
		equal(t, f.one(*r).DueAt.Sub(f.now).Round(time.Second), want)
	}
}
