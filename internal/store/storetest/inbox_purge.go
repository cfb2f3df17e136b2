package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func inboxPurge() []test {
	return []test{
		{"each status has its own life after the last change", purgesByStatus},
		{"a life of zero is for ever", purgesNever},
		{"purging goes in steps, within the source", purgesSteps},
		{"what was received for a source that is gone goes", purgesGone},
		{"what was received for a deleted application goes", purgesTenant},
		{"what waits to be tried again stays until it was due", purgesWaiting},
		{"events whose time is over are forgotten, others are not", purgesSame},
		{"refusals go after the life of what failed", purgesRefusals},
	}
}

// purged purges in steps of n until nothing is left, and returns how many went.
func (f *fixture) purgedReceived(source hook.Key, life store.ReceivedLife, now time.Time, n int) (total int) {
	f.t.Helper()
	for {
		gone, err := f.PurgeReceived(f.t.Context(), source, life, now, n)
		check(f.t, err)
		if gone > n {
			f.t.Fatalf("%d went, asked for at most %d", gone, n)
		}
		if total += gone; gone == 0 {
			return total
		}
	}
}

func purgesByStatus(t *testing.T, f *fixture) {
	s := f.source(f.application())
	old := clock.Clock{}.Now().Add(-48 * time.Hour)
	aged := func(a *store.Arrival) { a.Received.ReceivedAt = old } // what is concluded changes later
	fresh, oldFresh := f.receive(s), f.receive(s, aged)
	held, done, failed := f.receive(s, taken, aged), f.ended(s, hook.IntakeDone, aged), f.ended(s, hook.IntakeFailed, aged)
	now := clock.Clock{}.Now()
	life := store.ReceivedLife{New: 24 * time.Hour, Done: time.Hour, Failed: 3 * time.Hour}
	left := func(want ...hook.Received) {
		t.Helper()
		ids := map[id.ID]bool{}
		for _, r := range want {
			ids[r.ID] = true
		}
		list, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 10})
		check(t, err)
		equal(t, len(list.Items), len(want))
		for _, r := range list.Items {
			equal(t, ids[r.ID], true)
		}
	}

	equal(t, f.purgedReceived(s.Key, life, now, 10), 1)
	_, err := f.ReceivedOne(t.Context(), s.Key, oldFresh.ID)
	missing(t, err)
	left(fresh, held, done, failed)
	equal(t, f.purgedReceived(s.Key, life, now.Add(2*time.Hour), 10), 1)
	left(fresh, held, failed)
	equal(t, f.purgedReceived(s.Key, life, now.Add(4*time.Hour), 10), 1)
	left(fresh, held)
	equal(t, f.purgedReceived(s.Key, life, now.Add(1000*time.Hour), 10), 1)
	left(held)
}

func purgesWaiting(t *testing.T, f *fixture) {
	s := f.source(f.application())
	r := f.receive(s, taken)
	due := clock.Clock{}.Now().Add(72 * time.Hour)
	check(t, f.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeNew, DueAt: due, Reason: "not now"}))
	life := store.ReceivedLife{New: time.Hour}

	early := f.purgedReceived(s.Key, life, due, 10)
	late := f.purgedReceived(s.Key, life, due.Add(2*time.Hour), 10)

	equal(t, early, 0)
	equal(t, late, 1)
}

func purgesNever(t *testing.T, f *fixture) {
	s := f.source(f.application())
	f.receive(s)
	f.ended(s, hook.IntakeDone)
	f.ended(s, hook.IntakeFailed)

	equal(t, f.purgedReceived(s.Key, store.ReceivedLife{}, f.now.AddDate(100, 0, 0), 10), 0)
	equal(t, f.receivedIDs(s), 3)
}

func purgesSteps(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	for range 4 {
		f.receive(s)
		f.ended(s, hook.IntakeDone)
		f.ended(s, hook.IntakeFailed)
	}
	f.receive(other)
	life := store.ReceivedLife{New: time.Hour, Done: time.Hour, Failed: time.Hour}

	one, err := f.PurgeReceived(t.Context(), s.Key, life, f.tomorrow(), 5)
	check(t, err)

	equal(t, one, 5)
	equal(t, f.receivedIDs(s), 7)
	equal(t, f.purgedReceived(s.Key, life, f.tomorrow(), 5), 7)
	equal(t, []int{f.receivedIDs(s), f.receivedIDs(other)}, []int{0, 1})
}

func purgesGone(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	for range 3 {
		f.receive(s)
		f.receive(s, taken)
		f.ended(s, hook.IntakeDone)
	}
	f.refuse(s, 2)
	f.refuse(other, 1)
	f.receive(other)
	_, err := f.DeleteSource(t.Context(), byID(s.ID))
	check(t, err)

	if gone := f.purgedReceived(0, store.ReceivedLife{}, f.now, 2); gone < 9 {
		t.Errorf("%d went", gone)
	}

	_, samples, err := f.Refusals(t.Context(), s.Key, time.Time{})
	check(t, err)
	_, kept, err := f.Refusals(t.Context(), other.Key, time.Time{})
	check(t, err)
	equal(t, []int{f.receivedIDs(s), f.receivedIDs(other), len(samples), len(kept)}, []int{0, 1, 0, 1})
}

func purgesTenant(t *testing.T, f *fixture) {
	a := f.application()
	one, two := f.source(a), f.source(a)
	f.receive(one)
	f.receive(two)
	_, err := f.DeleteApplication(t.Context(), byID(a.ID))
	check(t, err)

	if gone := f.purgedReceived(0, store.ReceivedLife{}, f.now, 10); gone < 2 {
		t.Errorf("%d went", gone)
	}

	equal(t, f.receivedIDs(one)+f.receivedIDs(two), 0)
}

func purgesSame(t *testing.T, f *fixture) {
	s := f.source(f.application())
	f.receive(s, f.same(1))
	f.receive(s, f.same(2), func(a *store.Arrival) { a.SameUntil = f.now.Add(3 * time.Hour) })

	equal(t, f.purgedReceived(0, store.ReceivedLife{}, f.now.Add(2*time.Hour), 10), 1)

	f.receive(s, f.same(1))
	again, err := f.Receive(t.Context(), f.arrival(s, f.same(2)))
	check(t, err)
	equal(t, again.Repeated, true)
}

func purgesRefusals(t *testing.T, f *fixture) {
	s := f.source(f.application())
	f.refuse(s, 3)
	life := store.ReceivedLife{Failed: 24 * time.Hour}

	equal(t, f.purgedReceived(0, store.ReceivedLife{}, f.now.AddDate(1, 0, 0), 2), 0)
	equal(t, f.purgedReceived(0, life, f.now.Add(time.Hour), 2), 0)
	equal(t, f.purgedReceived(0, life, f.now.Add(26*time.Hour), 2), 4) // three samples and a count

	counts, samples, err := f.Refusals(t.Context(), s.Key, time.Time{})
	check(t, err)
	equal(t, len(counts)+len(samples), 0)
}
