package storetest

import (
	"crypto/rand"
	"iter"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func archive() []test {
	return []test{
		{"a message's key says when it was taken in, and keys of one time follow each other", keysKeepTime},
		{"of two that restore the second is refused", restoresAlone},
		{"what is restored is found, and gets keys", restoredIsFound},
		{"what remains of a deleted endpoint is restored and shown", restoredDeletedEndpoint},
		{"a batch is restored whole or not at all", restoreIsWhole},
		{"restored deliveries are leased, in publish order", restoredIsLeased},
		{"messages of long ago can be restored", oldIsRestored},
		{"a restored event id stays taken", restoredEventID},
		{"what is published after a restore has a larger key", restoredIsBehind},
		{"a snapshot does not see what is written meanwhile", snapshotIsOneMoment},
		{"walks go on together, in the order of messages", walksTogether},
		{"without history a snapshot shows open messages and those with young keys", snapshotOfOpen},
		{"a message in memory is told from one that is settled", snapshotOfMemory},
		{"messages of deleted applications are not shown", snapshotOfDeleted},
	}
}

func keysKeepTime(t *testing.T, f *fixture) {
	key := f.MessageKey(f.now, 0)
	next := f.MessageKey(f.now, key)
	earlier := f.MessageKey(f.now.Add(-time.Hour), next)

	if !f.MessageTime(key).Equal(f.now) || next <= key || earlier <= next {
		t.Errorf("keys %d, %d, %d of %s and %s", key, next, earlier, f.now, f.MessageTime(key))
	}
}

// gather takes all of a walk.
func gather[T any](t *testing.T, walk iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for item, err := range walk {
		check(t, err)
		all = append(all, item)
	}
	return all
}

func (f *fixture) snapshot(history bool, read func(store.Snapshot)) {
	f.t.Helper()
	e := store.Extent{History: history, Now: f.now, Repeatable: f.now.Add(hook.KeepKeys - time.Hour)}
	check(f.t, f.Snapshot(f.t.Context(), e, func(s store.Snapshot) error { read(s); return nil }))
}

// shown are the ids of the messages that a snapshot shows.
func (f *fixture) shown(history bool) (ids []id.ID) {
	f.t.Helper()
	f.snapshot(history, func(s store.Snapshot) {
		for _, m := range gather(f.t, s.Messages(f.t.Context())) {
			ids = append(ids, m.ID)
		}
	})
	return ids
}

// old makes a message of the given time to restore.
func (f *fixture) old(of hook.Application, at time.Time, targets ...hook.Endpoint) hook.Message {
	m := f.publication(of, targets).Message
	m.Key, m.ID, m.CreatedAt = f.MessageKey(at, 0), id.NewSource(rand.Reader).New(at), at
	return m
}

func restoredIsFound(t *testing.T, f *fixture) {
	ctx := t.Context()
	now, made := f.tick()
	a := hook.Application{ID: made, UID: "acme", Name: "Acme", Metadata: map[string]string{"a": "b"}, CreatedAt: now, UpdatedAt: now}
	applications := []hook.Application{a}
	check(t, f.Restore(ctx, store.Batch{
		Applications: applications, EventTypes: []hook.EventType{{Name: "x", Schemas: []byte(`{}`), CreatedAt: now, UpdatedAt: now}},
	}))
	a = applications[0]
	_, made = f.tick()
	e := hook.Endpoint{ApplicationKey: a.Key, ID: made, URL: "https://example.com/", Metadata: map[string]string{}, CreatedAt: now, UpdatedAt: now,
		Headers: []byte("h"), Secrets: []hook.EndpointSecret{{Sealed: []byte("s")}}}
	endpoints := []hook.Endpoint{e}
	k := hook.Token{ID: f.ids.New(now), Name: "n", Hash: [32]byte{1}, Scope: hook.ScopeApplication, ApplicationKey: a.Key, CreatedAt: now}
	check(t, f.Restore(ctx, store.Batch{Endpoints: endpoints, Tokens: []hook.Token{k}}))
	e = endpoints[0]
	check(t, f.Restore(ctx, store.Batch{AdHocEventTypes: []store.AdHocEventType{{ApplicationKey: a.Key, Name: "y", CreatedAt: now}}}))

	found, err := f.Application(ctx, byUID("acme"))
	check(t, err)
	equal(t, found, a)
	same, err := f.EndpointByKey(ctx, a.Key, e.Key)
	check(t, err)
	equal(t, same, e)
	token, err := f.TokenByHash(ctx, k.Hash)
	check(t, err)
	equal(t, token, k)
	kind, err := f.EventType(ctx, "x")
	check(t, err)
	equal(t, string(kind.Schemas), `{}`)
	adHoc, err := f.VisibleEventType(ctx, a.Key, "y")
	check(t, err)
	equal(t, adHoc, hook.EventType{Name: "y", CreatedAt: now, UpdatedAt: now})
}

func restoredDeletedEndpoint(t *testing.T, f *fixture) {
	a := f.application()
	want := store.DeletedEndpoint{
		Key: -7, ApplicationKey: a.Key, ID: f.ids.New(f.now), UID: "orders", URL: "https://example.com/", Description: "d",
		CreatedAt: f.now.Add(-time.Hour), DeletedAt: f.now,
	}
	m := f.old(a, f.now, hook.Endpoint{Key: want.Key})
	check(t, f.Restore(t.Context(), store.Batch{DeletedEndpoints: []store.DeletedEndpoint{want}, Messages: []hook.Message{m}}))

	list, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})

	check(t, err)
	equal(t, cursors(list.Items, destinationID), []id.ID{want.ID})
	equal(t, list.Items[0].DeletedAt.Equal(want.DeletedAt), true)
	for _, history := range []bool{true, false} {
		f.snapshot(history, func(s store.Snapshot) {
			equal(t, gather(t, s.DeletedEndpoints(t.Context())), []store.DeletedEndpoint{want})
		})
	}
}

func restoreIsWhole(t *testing.T, f *fixture) {
	a := f.application()
	before := f.application(func(a *hook.Application) { a.UID = "fresh" })
	_, err := f.DeleteApplication(t.Context(), byID(before.ID))
	check(t, err)
	before.Metadata = map[string]string{}

	err = f.Restore(t.Context(), store.Batch{Applications: []hook.Application{before, a}})

	refused(t, err, fault.Conflict, "taken")
	_, err = f.Application(t.Context(), byUID("fresh"))
	missing(t, err)
}

func restoredIsLeased(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.application()
	e := f.endpoint(a)
	first, second := f.old(a, f.now.Add(-time.Hour), e), f.old(a, f.now, e)
	waiting := func(m hook.Message) hook.Delivery {
		return hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, Attempts: 2, DueAt: f.now}
	}
	tried := hook.Attempt{ID: f.ids.New(f.now), MessageKey: first.Key, EndpointKey: e.Key, Outcome: hook.Failed, Status: 500, Number: 1, URL: e.URL}
	check(t, f.Restore(ctx, store.Batch{
		Messages: []hook.Message{first, second}, Deliveries: []hook.Delivery{waiting(first), waiting(second)}, Attempts: []hook.Attempt{tried},
	}))

	leased, err := f.Lease(ctx, e.Key, f.now, 10)

	check(t, err)
	if len(leased) != 2 || leased[0].Message.ID != first.ID || leased[1].Message.ID != second.ID || leased[0].Delivery.Attempts != 2 {
		t.Fatalf("leased %+v", leased)
	}
	equal(t, string(leased[0].Message.Payload), string(first.Payload))
	list, err := f.AttemptsByMessage(ctx, first, store.AttemptFilter{}, store.Page[id.ID]{Limit: 5})
	check(t, err)
	equal(t, len(list.Items), 1)
}

func oldIsRestored(t *testing.T, f *fixture) {
	a := f.application()
	var all []hook.Message
	for _, days := range []int{80, 30, 29, 2} {
		all = append(all, f.old(a, f.now.AddDate(0, 0, -days)))
	}

	check(t, f.Restore(t.Context(), store.Batch{Messages: all}))

	for _, m := range all {
		_, err := f.Message(t.Context(), a.Key, byID(m.ID))
		check(t, err)
	}
	equal(t, len(f.shown(true)), len(all))
	for purged := -1; purged != 0; {
		var err error
		purged, err = f.Purge(t.Context(), f.now.AddDate(0, 0, -1), f.now, 100)
		check(t, err)
	}
	equal(t, len(f.shown(true)), 0)
}

func restoredEventID(t *testing.T, f *fixture) {
	a := f.application()
	named := func(m *hook.Message) { m.EventID = "order-1" }
	young := f.old(a, f.now.Add(-time.Hour))
	named(&young)
	check(t, f.Restore(t.Context(), store.Batch{Messages: []hook.Message{young}}))

	_, err := f.Publish(t.Context(), f.publication(a, nil, named))

	refused(t, err, fault.Conflict, "event_id_taken")
}

func restoredIsBehind(t *testing.T, f *fixture) {
	a := f.application()
	m := f.old(a, f.now)
	check(t, f.Restore(t.Context(), store.Batch{Messages: []hook.Message{m}}))

	if next := f.message(a, nil); next.Key <= m.Key {
		t.Errorf("key %d is not behind %d", next.Key, m.Key)
	}
}

func snapshotIsOneMoment(t *testing.T, f *fixture) {
	a := f.application()
	m := f.message(a, nil)
	f.snapshot(true, func(s store.Snapshot) {
		equal(t, len(gather(t, s.Applications(t.Context()))), 1)
		f.message(a, nil)
		f.application()

		messages := gather(t, s.Messages(t.Context()))

		equal(t, len(messages), 1)
		equal(t, messages[0].ID, m.ID)
		equal(t, string(messages[0].Payload), string(m.Payload))
	})
}

// walksTogether has more of everything than an engine reads at a time.
func walksTogether(t *testing.T, f *fixture) {
	const many = 230
	a := f.application()
	e := f.endpoint(a)
	var batch store.Batch
	var last hook.Key
	for n := range many {
		m := f.old(a, f.now, e)
		m.Key = f.MessageKey(f.now, last)
		last = m.Key
		batch.Messages = append(batch.Messages, m)
		batch.Deliveries = append(batch.Deliveries, hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Exhausted, Attempts: n})
		batch.Attempts = append(batch.Attempts, hook.Attempt{ID: f.ids.New(f.now), MessageKey: m.Key, EndpointKey: e.Key, Number: n + 1, URL: e.URL})
	}
	check(t, f.Restore(t.Context(), batch))

	f.snapshot(true, func(s store.Snapshot) {
		attempts, stopAttempts := iter.Pull2(s.Attempts(t.Context()))
		defer stopAttempts()
		deliveries, stopDeliveries := iter.Pull2(s.Deliveries(t.Context()))
		defer stopDeliveries()
		n := 0
		for m, err := range s.Messages(t.Context()) {
			check(t, err)
			attempt, err, _ := attempts()
			check(t, err)
			delivery, err, _ := deliveries()
			check(t, err)
			if m.Key != batch.Messages[n].Key || attempt.MessageKey != m.Key || attempt.Number != n+1 || delivery.MessageKey != m.Key || delivery.Attempts != n {
				t.Fatalf("message %d has %+v and %+v", n, attempt, delivery)
			}
			n++
		}
		equal(t, n, many)
	})
}

func snapshotOfOpen(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	done := f.message(a, []hook.Endpoint{e})
	f.attempt(done, e, hook.Succeeded)
	inMemory := f.message(a, []hook.Endpoint{e})
	waiting := f.message(a, []hook.Endpoint{e})
	f.attempt(waiting, e, hook.Failed)
	claimed := func(key byte, life time.Duration) hook.Message {
		p := f.publication(a, []hook.Endpoint{e})
		p.Claim = &store.Claim{Key: [16]byte{key}, ExpiresAt: f.now.Add(life)}
		receipt, err := f.Publish(t.Context(), p)
		check(t, err)
		f.attempt(receipt.Message, e, hook.Succeeded)
		return receipt.Message
	}
	young := claimed(1, hook.KeepKeys)
	claimed(2, time.Hour)

	equal(t, f.shown(false), []id.ID{inMemory.ID, waiting.ID, young.ID})
	equal(t, len(f.shown(true)), 5)
	f.snapshot(false, func(s store.Snapshot) {
		equal(t, len(gather(t, s.Attempts(t.Context()))), 2)
		equal(t, len(gather(t, s.Deliveries(t.Context()))), 1)
		equal(t, len(gather(t, s.Tallies(t.Context()))), 0)
		equal(t, len(gather(t, s.Claims(t.Context()))), 2)
	})
	f.snapshot(true, func(s store.Snapshot) {
		tallies := gather(t, s.Tallies(t.Context()))
		equal(t, len(tallies), 1)
		equal(t, tallies[0].Success, int64(3))
	})
}

func snapshotOfMemory(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.message(a, []hook.Endpoint{e})
	f.attempt(f.message(a, []hook.Endpoint{e}), e, hook.Failed)

	f.snapshot(false, func(s store.Snapshot) {
		messages := gather(t, s.Messages(t.Context()))

		equal(t, []bool{messages[0].InMemory, messages[1].InMemory}, []bool{true, false})
	})
}

func snapshotOfDeleted(t *testing.T, f *fixture) {
	a := f.application()
	f.message(a, []hook.Endpoint{f.endpoint(a)})
	_, err := f.DeleteApplication(t.Context(), byID(a.ID))
	check(t, err)

	equal(t, len(f.shown(true)), 0)
}
