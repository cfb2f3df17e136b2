package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func journal() []test {
	return []test{
		{"a published message reads back byte for byte", publishedReadsBack},
		{"committed is told once, before publish returns, in the order of keys", committedInOrder},
		{"a repeated idempotency key returns the first message and stores nothing", keyRepeats},
		{"an idempotency key with another fingerprint is refused", keyMismatches},
		{"an idempotency key whose time is over starts anew", keyExpires},
		{"one key from fifty publishers at once makes one message", keyAtOnce},
		{"an event id is refused for a day within its application", eventIDTaken},
		{"an event id taken among publishers at once goes to one of them", eventIDAtOnce},
		{"a refused publication gives its idempotency key back", refusedGivesKeyBack},
		{"a settled success leaves nothing open", settledLeavesNothing},
		{"a message stays open until its last delivery is settled", openUntilLast},
		{"a failure waits until it is due", failureWaits},
		{"an attempt that was repeated at once is stored and decides nothing", settleStoresEarlier},
		{"settling stores health and events with the attempt", settleStoresAll},
		{"a postponed delivery waits until it is due, and nothing was sent", postponedWaits},
		{"settling for what is gone is no error", settleForGone},
		{"a leased delivery that is no longer held is left alone", settleUnheld},
	}
}

func publishedReadsBack(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 3)
	payload := []byte("{ \"a\" : 1.0, \"\\u0041\":\"\xf0\x9f\x90\xb4\\/\" }")

	want := f.message(a, targets, func(m *hook.Message) {
		m.Payload, m.EventID, m.Channels = payload, "evt-1", []string{"one", "two"}
	})
	got, err := f.Message(t.Context(), a.Key, byID(want.ID))

	check(t, err)
	equal(t, got, want)
	equal(t, len(got.Targets), 3)
}

func committedInOrder(t *testing.T, f *fixture) {
	a := f.application()
	var mu sync.Mutex
	var told []hook.Key
	publications := make([]store.Publication, 40)
	for i := range publications {
		publications[i] = f.publication(a, nil)
		publications[i].Committed = func(m hook.Message) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, m.Key)
		}
	}

	atOnce(t, len(publications), func(i int) error {
		receipt, err := f.Publish(t.Context(), publications[i])
		mu.Lock()
		defer mu.Unlock()
		if err == nil && !has(told, receipt.Message.Key) {
			t.Errorf("publish of %d returned before it was told", receipt.Message.Key)
		}
		return err
	})

	equal(t, len(told), len(publications))
	for i := 1; i < len(told); i++ {
		if told[i] <= told[i-1] {
			t.Fatalf("told %v", told)
		}
	}
}

func has(keys []hook.Key, key hook.Key) bool {
	for _, k := range keys {
		if k == key {
			return true
		}
	}
	return false
}

// keyed gives a publication an idempotency key.
func (f *fixture) keyed(p store.Publication, key, fingerprint byte) store.Publication {
	p.Claim = &store.Claim{Key: [16]byte{key}, Fingerprint: [16]byte{fingerprint}, ExpiresAt: f.now.Add(time.Hour)}
	return p
}

func keyRepeats(t *testing.T, f *fixture) {
	a := f.application()
	first, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)

	again := f.keyed(f.publication(a, nil), 1, 1)
	again.Committed = func(hook.Message) { t.Error("a repeat was handed on") }
	second, err := f.Publish(t.Context(), again)

	check(t, err)
	equal(t, second, store.Receipt{Message: first.Message, Repeated: true})
	_, err = f.Message(t.Context(), a.Key, byID(again.Message.ID))
	missing(t, err)
}

func keyMismatches(t *testing.T, f *fixture) {
	a := f.application()
	_, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)

	_, err = f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 2))

	refused(t, err, fault.Conflict, "idempotency_mismatch")
}

func keyExpires(t *testing.T, f *fixture) {
	a := f.application()
	old := f.keyed(f.publication(a, nil), 1, 1)
	old.Claim.ExpiresAt = f.now.Add(-time.Hour)
	_, err := f.Publish(t.Context(), old)
	check(t, err)

	receipt, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 2))

	check(t, err)
	equal(t, receipt.Repeated, false)
}

func keyAtOnce(t *testing.T, f *fixture) {
	a := f.application()
	publications := make([]store.Publication, 50)
	for i := range publications {
		publications[i] = f.keyed(f.publication(a, nil), 7, 7)
	}
	ids := make([]hook.Key, len(publications))

	atOnce(t, len(publications), func(i int) error {
		receipt, err := f.Publish(t.Context(), publications[i])
		ids[i] = receipt.Message.Key
		return err
	})

	for _, got := range ids {
		equal(t, got, ids[0])
	}
}

func named(eventID string) func(*hook.Message) {
	return func(m *hook.Message) { m.EventID = eventID }
}

func eventIDTaken(t *testing.T, f *fixture) {
	a, other := f.application(), f.application()
	f.message(a, nil, named("evt"))

	_, err := f.Publish(t.Context(), f.publication(a, nil, named("evt")))

	refused(t, err, fault.Conflict, "event_id_taken")
	f.message(other, nil, named("evt"))
}

func eventIDAtOnce(t *testing.T, f *fixture) {
	a := f.application()
	publications := make([]store.Publication, 20)
	for i := range publications {
		publications[i] = f.publication(a, nil, named("evt"))
	}

	errs := resultsAtOnce(len(publications), func(i int) error {
		_, err := f.Publish(t.Context(), publications[i])
		return err
	})

	stored := 0
	for _, err := range errs {
		if err == nil {
			stored++
			continue
		}
		refused(t, err, fault.Conflict, "event_id_taken")
	}
	equal(t, stored, 1)
}

func refusedGivesKeyBack(t *testing.T, f *fixture) {
	a := f.application()
	f.message(a, nil, named("evt"))
	_, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil, named("evt")), 1, 1))
	refused(t, err, fault.Conflict, "event_id_taken")

	receipt, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil, named("other")), 1, 2))

	check(t, err)
	equal(t, receipt.Repeated, false)
}

// left restarts the store's run, as after a crash, and returns how many deliveries are found open.
func (f *fixture) left() int {
	f.t.Helper()
	check(f.t, f.Begin(f.t.Context(), store.Run{Key: hook.Key(f.now.UnixNano()), Window: 10}, f.now))
	total := 0
	for {
		n, err := f.Rescue(f.t.Context(), f.now, 100, f.newID, func(store.Waiting) {})
		check(f.t, err)
		if n == 0 {
			return total
		}
		total += n
	}
}

func settledLeavesNothing(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})

	want := f.attempt(m, e, hook.Succeeded)

	waiting, err := f.Waiting(t.Context(), 0, 10)
	check(t, err)
	equal(t, len(waiting), 0)
	got, err := f.Attempt(t.Context(), m, want.ID)
	check(t, err)
	equal(t, got.Outcome, hook.Succeeded)
	equal(t, f.left(), 0)
}

func openUntilLast(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 3)
	m := f.message(a, targets)
	f.attempt(m, targets[0], hook.Succeeded)
	f.attempt(m, targets[2], hook.Succeeded)

	equal(t, f.left(), 1)

	waiting, err := f.Waiting(t.Context(), 0, 10)
	check(t, err)
	equal(t, len(waiting), 1)
	equal(t, waiting[0].EndpointKey, targets[1].Key)
}

func failureWaits(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.attempt(m, e, hook.Failed)
	due := f.now.Add(time.Hour)

	early, err := f.Lease(t.Context(), e.Key, f.now, 10)
	check(t, err)
	next, any, err := f.NextDue(t.Context(), e.Key)
	check(t, err)
	late, err := f.Lease(t.Context(), e.Key, due, 10)
	check(t, err)

	equal(t, len(early), 0)
	equal(t, any, true)
	if next.Sub(due).Abs() > time.Second {
		t.Errorf("due at %s, want about %s", next, due)
	}
	equal(t, len(late), 1)
	equal(t, late[0].Delivery.Attempts, 1)
	equal(t, late[0].Delivery.State, hook.Sending)
	equal(t, string(late[0].Message.Payload), string(m.Payload))
}

// settleStoresEarlier settles a success that repeated a failure, of a fresh delivery and of a leased one.
func settleStoresEarlier(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	for _, fresh := range []bool{true, false} {
		m := f.message(a, []hook.Endpoint{e})
		d := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Waiting, DueAt: f.now, Attempts: 1}
		if !fresh {
			check(t, f.Settle(t.Context(), store.Settlement{Delivery: d, Fresh: true, Fan: 1}))
			leased, err := f.Lease(t.Context(), e.Key, f.now, 10)
			check(t, err)
			equal(t, len(leased), 1)
		}
		earlier, attempt := f.made(m, e, hook.Failed), f.made(m, e, hook.Succeeded)
		earlier.Cause = "disconnected"
		d.State, d.DueAt = hook.Delivered, time.Time{}

		check(t, f.Settle(t.Context(), store.Settlement{Attempt: &attempt, Earlier: &earlier, Delivery: d, Fresh: fresh, Fan: 1}))

		list, err := f.AttemptsByMessage(t.Context(), m, store.AttemptFilter{}, store.Page[id.ID]{Limit: 10})
		check(t, err)
		var outcomes []hook.OutcomeKind
		for _, one := range list.Items {
			outcomes = append(outcomes, one.Outcome)
		}
		equal(t, outcomes, []hook.OutcomeKind{hook.Succeeded, hook.Failed})
		destinations, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 10})
		check(t, err)
		equal(t, destinations.Items[0].Delivery.State, hook.Delivered)
	}
	counts, err := f.Counts(t.Context(), e.Key, f.now.Add(-time.Hour), f.now.Add(time.Hour))
	check(t, err)
	equal(t, counts, store.Counts{Success: 2})
}

func settleStoresAll(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	now, made := f.tick()
	event := hook.Event{ID: made, ApplicationKey: a.Key, Type: hook.EventEndpointDisabled, Data: []byte(`{}`), CreatedAt: now}
	_, made = f.tick()

	err := f.Settle(t.Context(), store.Settlement{
		Attempt:  &hook.Attempt{ID: made, MessageKey: m.Key, EndpointKey: e.Key, Outcome: hook.Gone, Status: 410, Number: 1, URL: e.URL},
		Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Exhausted, Attempts: 1},
		Fresh:    true, Fan: 1, Health: &hook.Health{FailingSince: now, Disabled: hook.DisabledGone}, Events: []hook.Event{event},
	})

	check(t, err)
	stored, err := f.Endpoint(t.Context(), a.Key, byID(e.ID))
	check(t, err)
	equal(t, stored.Disabled, true)
	equal(t, stored.DisabledReason, hook.DisabledGone)
	equal(t, stored.FailingSince.Equal(now), true)
	events, err := f.Events(t.Context(), a.Key, 10)
	check(t, err)
	equal(t, len(events), 1)
	equal(t, events[0].Type, hook.EventEndpointDisabled)
}

func postponedWaits(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	due, later := f.now.Add(time.Hour), f.now.Add(2*time.Hour)
	postponed := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Waiting, DueAt: due}

	check(t, f.Settle(t.Context(), store.Settlement{Delivery: postponed, Fresh: true, Fan: 1}))
	equal(t, f.left(), 0)
	early, err := f.Lease(t.Context(), e.Key, due.Add(-time.Second), 10)
	check(t, err)
	first, err := f.Lease(t.Context(), e.Key, due, 10)
	check(t, err)
	equal(t, len(early), 0)
	equal(t, len(first), 1)
	equal(t, first[0].Delivery.Attempts, 0)
	postponed.DueAt = later
	check(t, f.Settle(t.Context(), store.Settlement{Delivery: postponed}))
	next, waits, err := f.NextDue(t.Context(), e.Key)
	check(t, err)
	second, err := f.Lease(t.Context(), e.Key, later, 10)
	check(t, err)

	equal(t, waits, true)
	equal(t, next.Equal(later), true)
	equal(t, len(second), 1)
	equal(t, second[0].Delivery.Attempts, 0)
	attempts, err := f.AttemptsByMessage(t.Context(), m, store.AttemptFilter{}, store.Page[id.ID]{Limit: 10})
	check(t, err)
	equal(t, len(attempts.Items), 0)
}

func settleForGone(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	_, err := f.DeleteApplication(t.Context(), byID(a.ID))
	check(t, err)

	f.attempt(m, e, hook.Succeeded)

	equal(t, f.left(), 0)
}

func settleUnheld(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.attempt(m, e, hook.Failed)
	leased, err := f.Lease(t.Context(), e.Key, f.now.Add(2*time.Hour), 1)
	check(t, err)
	check(t, f.Release(t.Context(), []hook.Delivery{leased[0].Delivery}))
	_, made := f.tick()

	err = f.Settle(t.Context(), store.Settlement{
		Attempt:  &hook.Attempt{ID: made, MessageKey: m.Key, EndpointKey: e.Key, Status: 200, Number: 2, URL: e.URL},
		Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Delivered, Attempts: 2},
	})

	check(t, err)
	_, waits, err := f.NextDue(t.Context(), e.Key)
	check(t, err)
	equal(t, waits, true)
	_, err = f.Attempt(t.Context(), m, made)
	check(t, err)
}
