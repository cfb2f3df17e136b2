package storetest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func archiveInbox() []test {
	return []test{
		{"restored sources are found, and get keys", restoredSource},
		{"restored webhooks read back, also what came of them", restoredReceived},
		{"what is new goes on after a restore, in its order, and what comes then is behind it", restoredIsTaken},
		{"webhooks of long ago can be restored, and are purged by their age", oldReceived},
		{"a repetition of what was received before a restore is one", restoredSeen},
		{"an event that is remembered here already can be restored", restoredSeenAgain},
		{"refusals read back", restoredRefusals},
		{"a snapshot shows sources with all that hangs on them", snapshotOfInbox},
		{"without history a snapshot shows what has not ended and what is not to come again", snapshotOfOpenInbox},
		{"a walk over more webhooks than an engine reads at a time keeps their order", walksReceived},
	}
}

// before makes a webhook that the source received at the given time.
func (f *fixture) before(s hook.Source, at time.Time, with ...func(*hook.Received)) hook.Received {
	r := f.arrival(s).Received
	r.Key, r.ID, r.ReceivedAt, r.DueAt, r.ChangedAt = f.MessageKey(at, 0), id.NewSource(rand.Reader).New(at), at, at, at
	for _, change := range with {
		change(&r)
	}
	return r
}

func restoredSource(t *testing.T, f *fixture) {
	want := f.newSource(f.application(), fullSource)
	want.Rules.Former = []hook.FormerURL{{Hash: []byte{1, 2}, ExpiresAt: want.CreatedAt.Add(time.Hour)}}
	batch := store.Batch{Sources: []hook.Source{want}}

	check(t, f.Restore(t.Context(), batch))

	want.Key = batch.Sources[0].Key
	got, err := f.SourceByURL(t.Context(), want.URLHash)
	check(t, err)
	equal(t, got, want)
	equal(t, got.Key > 0, true)
}

func restoredReceived(t *testing.T, f *fixture) {
	s := f.source(f.application())
	odd := "a\x00\xff\"'\\ü"
	made := f.newID()
	done := f.before(s, f.now.Add(-time.Hour), func(r *hook.Received) {
		r.Query, r.ContentType, r.SourceURL, r.Remote, r.KeyHint, r.EventID, r.EventType = odd, odd, odd, odd, odd, odd, odd
		r.Headers, r.Body, r.OccurredAt = map[string][]string{odd: {odd, ""}}, []byte{0, 0xff}, r.ReceivedAt.Add(-time.Hour)
		r.Status, r.Attempts, r.ChangedAt, r.Reason, r.Message = hook.IntakeDone, 3, r.ReceivedAt.Add(time.Minute), odd, made
	})
	empty := f.before(s, f.now.Add(-time.Minute), func(r *hook.Received) { r.Body = []byte{} })
	gone := f.before(s, f.now, func(r *hook.Received) { r.Body, r.Status = nil, hook.IntakeFailed })

	check(t, f.Restore(t.Context(), store.Batch{Received: []hook.Received{done, empty, gone}}))

	for _, want := range []hook.Received{done, empty, gone} {
		equal(t, f.one(want), want)
	}
	linked, err := f.ReceivedAs(t.Context(), s.ApplicationKey, made)
	check(t, err)
	equal(t, linked.ID, done.ID)
}

func restoredIsTaken(t *testing.T, f *fixture) {
	s := f.source(f.application())
	now := clock.Clock{}.Now()
	late, early := f.before(s, now.Add(-time.Minute)), f.before(s, now.Add(-time.Hour))
	again := f.before(s, now.Add(-2*time.Hour), func(r *hook.Received) { r.Attempts, r.DueAt = 2, now.Add(time.Hour) })
	check(t, f.Restore(t.Context(), store.Batch{Received: []hook.Received{again, early, late}}))

	got := f.given(now, 10)

	equal(t, cursors(got, receivedID), cursors([]hook.Received{early, late}, receivedID))
	equal(t, string(got[0].Body), string(early.Body))
	due, waits, err := f.NextArrival(t.Context())
	if err != nil || !waits || !due.Equal(again.DueAt) {
		t.Errorf("next is due at %s, %t, %v", due, waits, err)
	}
	ahead := f.before(s, now.Add(time.Second))
	check(t, f.Restore(t.Context(), store.Batch{Received: []hook.Received{ahead}}))
	if next := f.receive(s); next.Key <= late.Key {
		t.Errorf("key %d is not behind %d", next.Key, late.Key)
	}
}

func oldReceived(t *testing.T, f *fixture) {
	s := f.source(f.application())
	now := clock.Clock{}.Now()
	var all []hook.Received
	for _, days := range []int{89, 40, 39, 2} {
		all = append(all, f.before(s, now.AddDate(0, 0, -days), func(r *hook.Received) { r.Status = hook.IntakeDone }))
	}

	check(t, f.Restore(t.Context(), store.Batch{Received: all}))

	for _, r := range all {
		equal(t, f.one(r).ID, r.ID)
	}
	equal(t, f.receivedIDs(s), 4)
	equal(t, f.purgedReceived(s.Key, store.ReceivedLife{Done: 30 * 24 * time.Hour}, now, 10), 3)
	equal(t, f.receivedIDs(s), 1)
}

func restoredSeen(t *testing.T, f *fixture) {
	s := f.source(f.application())
	first := f.newID()
	until := clock.Clock{}.Now().Add(time.Hour)
	check(t, f.Restore(t.Context(), store.Batch{Seen: []store.Seen{
		{Same: [16]byte{1}, Received: first, Until: until}, {Same: [16]byte{2}, Received: first, Until: f.now.Add(-time.Hour)},
	}}))

	got, err := f.Receive(t.Context(), f.arrival(s, f.same(1)))
	check(t, err)

	equal(t, got.Repeated, true)
	equal(t, got.Received.ID, first)
	f.receive(s, f.same(2)) // whose time is over
}

func restoredSeenAgain(t *testing.T, f *fixture) {
	s := f.source(f.application())
	f.receive(s, f.same(1))
	first := f.newID()

	check(t, f.Restore(t.Context(), store.Batch{Seen: []store.Seen{{Same: [16]byte{1}, Received: first, Until: f.now.Add(time.Hour)}}}))

	got, err := f.Receive(t.Context(), f.arrival(s, f.same(1)))
	check(t, err)
	equal(t, got.Received.ID, first)
}

func restoredRefusals(t *testing.T, f *fixture) {
	s := f.source(f.application())
	hour := f.now.Truncate(time.Hour)
	count := store.RefusalCount{Cause: "no_match", Hour: hour, Count: 7}
	sample := f.refusal(s)
	sample.Detail, sample.Headers = "a\x00\xff", map[string][]string{"X\xff": {"\x00"}}
	check(t, f.Restore(t.Context(), store.Batch{
		RefusalCounts: []store.ArchivedRefusalCount{{SourceKey: s.Key, RefusalCount: count}}, Refused: []hook.Refused{sample},
	}))
	check(t, f.Refuse(t.Context(), s.Key, []store.RefusalCount{count}, nil))

	counts, samples, err := f.Refusals(t.Context(), s.Key, hour)

	check(t, err)
	equal(t, counts, []store.RefusalCount{{Cause: "no_match", Hour: hour, Count: 14}})
	equal(t, samples, []hook.Refused{sample})
}

func snapshotOfInbox(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a, fullSource)
	fresh, held := f.receive(s, f.same(2)), f.receive(s, taken)
	done, failed := f.ended(s, hook.IntakeDone, f.same(1)), f.ended(s, hook.IntakeFailed)
	samples := f.refuse(s, 2)

	f.snapshot(true, func(v store.Snapshot) {
		equal(t, gather(t, v.Sources(t.Context())), []hook.Source{s})
		equal(t, gather(t, v.Received(t.Context())), []hook.Received{f.one(fresh), f.one(held), done, failed})
		seen := gather(t, v.Seen(t.Context()))
		equal(t, len(seen), 2)
		equal(t, seen[0].Received, done.ID)
		equal(t, seen[1].Same, [16]byte{2})
		counts := gather(t, v.RefusalCounts(t.Context()))
		equal(t, len(counts), 1)
		equal(t, []hook.Key{counts[0].SourceKey, hook.Key(counts[0].Count)}, []hook.Key{s.Key, 2})
		equal(t, gather(t, v.Refused(t.Context())), samples)
	})
}

func snapshotOfOpenInbox(t *testing.T, f *fixture) {
	s := f.source(f.application())
	over := func(a *store.Arrival) { a.Same, a.SameUntil = [16]byte{3}, f.now.Add(-time.Hour) }
	f.ended(s, hook.IntakeDone, f.same(1))
	fresh, held := f.receive(s), f.receive(s, taken)
	f.ended(s, hook.IntakeFailed, over)
	f.refuse(s, 1)

	f.snapshot(false, func(v store.Snapshot) {
		equal(t, len(gather(t, v.Sources(t.Context()))), 1)
		equal(t, gather(t, v.Received(t.Context())), []hook.Received{f.one(fresh), f.one(held)})
		equal(t, len(gather(t, v.Seen(t.Context()))), 1)
		equal(t, len(gather(t, v.RefusalCounts(t.Context()))), 0)
		equal(t, len(gather(t, v.Refused(t.Context()))), 0)
	})
}

func walksReceived(t *testing.T, f *fixture) {
	const many = 230
	s := f.source(f.application())
	var batch store.Batch
	var last hook.Key
	for n := range many {
		r := f.before(s, f.now, func(r *hook.Received) { r.Status = []hook.Intake{hook.IntakeNew, hook.IntakeDone}[n%2] })
		r.Key = f.MessageKey(f.now, last)
		last = r.Key
		batch.Received = append(batch.Received, r)
	}
	check(t, f.Restore(t.Context(), batch))

	f.snapshot(true, func(v store.Snapshot) { equal(t, gather(t, v.Received(t.Context())), batch.Received) })
	f.snapshot(false, func(v store.Snapshot) {
		open := gather(t, v.Received(t.Context()))
		equal(t, len(open), many/2)
		for i := range open {
			equal(t, open[i].ID, batch.Received[2*i].ID)
		}
	})
}
