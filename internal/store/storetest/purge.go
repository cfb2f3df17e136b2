package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func purge() []test {
	return []test{
		{"purging removes old messages with all that hangs on them", purgeRemoves},
		{"purging goes in steps of rows, also within one message", purgeSteps},
		{"what is settled after its message was purged goes too", purgeLate},
		{"a delivery that waits for a purged message is leased without payload and goes once it ended", purgeWaiting},
		{"a repeat of a publish whose message was purged is told so", purgeRepeats},
		{"purging removes idempotency keys whose time is over", purgeKeys},
		{"purging removes tallies of the time", purgeTallies},
		{"purging removes what remains of endpoints that were deleted before the time", purgeDeletedEndpoints},
		{"purging removes tokens that ended, those of portals at once", purgeTokens},
	}
}

// purgeAll purges what is older than the given time in steps of n rows and returns how many there were.
func (f *fixture) purgeAll(before time.Time, n int) (steps int) {
	f.t.Helper()
	for {
		gone, err := f.Purge(f.t.Context(), before, f.now, n)
		check(f.t, err)
		if gone == 0 {
			return steps
		}
		if gone > n {
			f.t.Fatalf("%d rows went, asked for at most %d", gone, n)
		}
		steps++
	}
}

// tomorrow is a time before which everything in a test was published.
func (f *fixture) tomorrow() time.Time { return f.now.Add(24 * time.Hour) }

func purgeRemoves(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	done, failed, open := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	f.attempt(done, e, hook.Succeeded)
	f.settle(failed, e, hook.Failed, hook.Delivery{State: hook.Exhausted})

	kept, err := f.Purge(t.Context(), f.now.Add(-time.Hour), f.now, 100)
	check(t, err)
	rows := f.purgeAll(f.tomorrow(), 1)

	equal(t, kept, 0)
	if want := 3 + 2 + 1 + 1; rows < want { // messages, attempts, the failed delivery, what was open
		t.Errorf("%d rows went, want at least %d", rows, want)
	}
	for _, m := range []hook.Message{done, failed, open} {
		_, err := f.Message(t.Context(), a.Key, byID(m.ID))
		missing(t, err)
	}
	equal(t, f.left(), 0)
}

func purgeSteps(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 10)
	m := f.message(a, targets)
	for _, e := range targets {
		f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	}

	steps := f.purgeAll(f.tomorrow(), 4)

	if rows := 1 + len(targets)*2; steps < rows/4 {
		t.Errorf("%d rows went in %d steps of 4", rows, steps)
	}
}

func purgeLate(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m, later := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	f.purgeAll(later.CreatedAt.Add(time.Hour), 100)
	f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	f.attempt(later, e, hook.Succeeded)

	rows := f.purgeAll(clock.Clock{}.Now(), 1)

	if rows < 3 { // two attempts and the delivery that failed
		t.Errorf("%d rows went", rows)
	}
}

func purgeWaiting(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.deferred(a, e)
	f.purgeAll(f.tomorrow(), 100)

	leased := f.take(e, 1)
	equal(t, len(leased), 1)
	equal(t, leased[0].Message.Payload == nil, true)
	d := leased[0].Delivery
	d.State, d.Reason = hook.Canceled, hook.ReasonDisabled
	check(t, f.Settle(t.Context(), store.Settlement{Delivery: d}))

	if rows := f.purgeAll(clock.Clock{}.Now(), 1); rows == 0 {
		t.Error("the row of the delivery that ended stays")
	}
}

func purgeRepeats(t *testing.T, f *fixture) {
	a := f.application()
	_, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)
	f.purgeAll(f.tomorrow(), 100)
	again := f.keyed(f.publication(a, nil), 1, 1)

	_, err = f.Publish(t.Context(), again)
	refused(t, err, fault.Conflict, "message_purged")
	_, _, err = f.Repeated(t.Context(), *again.Claim, f.now)
	refused(t, err, fault.Conflict, "message_purged")
}

func purgeKeys(t *testing.T, f *fixture) {
	a := f.application()
	_, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)

	_, err = f.Purge(t.Context(), f.now.Add(-time.Hour), f.now.Add(2*time.Hour), 100)
	check(t, err)

	receipt, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 2))
	check(t, err)
	equal(t, receipt.Repeated, false)
}

func purgeTallies(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.attempt(f.message(a, []hook.Endpoint{e}), e, hook.Succeeded)
	count := func() int64 {
		c, err := f.Counts(t.Context(), e.Key, f.now.Add(-time.Hour), f.tomorrow())
		check(t, err)
		return c.Success
	}

	f.purgeAll(clock.Clock{}.Now().Add(-time.Hour), 100)
	before := count()
	f.purgeAll(f.tomorrow(), 100)

	equal(t, []int64{before, count()}, []int64{1, 0})
}

func purgeDeletedEndpoints(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.deleteEndpoint(e)
	listed := func() int {
		list, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})
		check(t, err)
		return len(list.Items)
	}

	f.purgeAll(clock.Clock{}.Now().Add(-time.Hour), 100)
	before := listed()
	f.purgeAll(clock.Clock{}.Now().Add(24*time.Hour), 1)

	equal(t, []int{before, listed()}, []int{1, 0})
}

func purgeTokens(t *testing.T, f *fixture) {
	a := f.application()
	until := func(end time.Duration, scope hook.Scope) func(*hook.Token) {
		return func(k *hook.Token) { k.ExpiresAt, k.Scope = f.now.Add(end), scope }
	}
	kept := []hook.Token{
		f.token(a.Key, until(time.Hour, hook.ScopePortal)),
		f.token(a.Key, until(-time.Hour, hook.ScopeApplication)),
		f.token(0),
	}
	revoked := f.token(0)
	check(t, f.RevokeToken(t.Context(), revoked.ID, f.now.AddDate(0, 0, -91)))
	f.token(a.Key, until(-time.Hour, hook.ScopePortal))
	f.token(a.Key, until(-91*24*time.Hour, hook.ScopeApplication))

	equal(t, f.purgeAll(f.now.AddDate(0, 0, -90), 1), 3)

	left, err := f.Tokens(t.Context())
	check(t, err)
	equal(t, len(left), len(kept))
	for _, k := range kept {
		_, err := f.TokenByHash(t.Context(), k.Hash)
		check(t, err)
	}
}
