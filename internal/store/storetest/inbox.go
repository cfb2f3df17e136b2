package storetest

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func inbox() []test {
	return []test{
		{"a received webhook reads back byte for byte", receivedReadsBack},
		{"an event time outside of 1970 to 9999 reads as none", oddTimesReadAsNone},
		{"an empty body is not a body that is gone", receivedEmpty},
		{"stored is told once, before receive returns, in the order of keys", storedInOrder},
		{"the same event again is not stored and names the first", sameRepeats},
		{"the same event is stored again once its time is over", sameExpires},
		{"the same event from fifty senders at once is stored once", sameAtOnce},
		{"without a rule nothing is the same", sameByNothing},
		{"a source that is gone receives nothing, and those beside it do", receiveForGone},
		{"what memory takes is processing, anything else is new and due", receiveTaken},
		{"take hands out what is due once, in its order, with its content", takeDue},
		{"takes at once never get the same webhook", takeAtOnce},
		{"the next arrival is the earliest that is due", nextArrival},
		{"a conclusion says how it stands", concludes},
		{"conclusions at once all count", concludesAtOnce},
		{"what the run no longer holds, or never did, is not concluded", concludesUnheld},
		{"what has been processing for too long becomes new again", stuckReturns},
		{"a webhook that was taken by a clock far ahead is stuck", stuckAhead},
		{"only the last processing of a webhook is concluded", stuckAndTakenAgain},
		{"what the run before had becomes new again", stuckOfBefore},
		{"a webhook is found by the message that was made of it", receivedAs},
		{"what has ended can be processed again", reprocesses},
		{"what is new of a source that is gone is not handed out", takeOfGone},
	}
}

// arrival makes a webhook on its way to the source.
func (f *fixture) arrival(at hook.Source, with ...func(*store.Arrival)) store.Arrival {
	now, made := f.tick()
	a := store.Arrival{Received: hook.Received{SourceKey: at.Key, ApplicationKey: at.ApplicationKey, ID: made, Method: "POST",
		Headers: map[string][]string{"X-Event": {"push"}}, ContentType: "application/json", Remote: "192.0.2.7", KeyHint: "abcd",
		Body: []byte(`{"n":1}`), EventType: "push", ReceivedAt: now}}
	for _, change := range with {
		change(&a)
	}
	return a
}

// receive stores a webhook.
func (f *fixture) receive(at hook.Source, with ...func(*store.Arrival)) hook.Received {
	f.t.Helper()
	got, err := f.Receive(f.t.Context(), f.arrival(at, with...))
	check(f.t, err)
	equal(f.t, got.Repeated, false)
	return got.Received
}

func taken(a *store.Arrival) { a.Taken = true }

// same makes an arrival the n-th event, for an hour.
func (f *fixture) same(n byte) func(*store.Arrival) {
	return func(a *store.Arrival) { a.Same, a.SameUntil = [16]byte{n}, f.now.Add(time.Hour) }
}

// ended stores a webhook that ended so.
func (f *fixture) ended(at hook.Source, status hook.Intake, with ...func(*store.Arrival)) hook.Received {
	f.t.Helper()
	r := f.receive(at, append(with, taken)...)
	check(f.t, f.Conclude(f.t.Context(), conclusionOf(r, status)))
	return f.one(r)
}

// one reads a webhook back.
func (f *fixture) one(r hook.Received) hook.Received {
	f.t.Helper()
	got, err := f.ReceivedOne(f.t.Context(), r.SourceKey, r.ID)
	check(f.t, err)
	return got
}

// given takes what is due.
func (f *fixture) given(now time.Time, n int) []hook.Received {
	f.t.Helper()
	all, err := f.Take(f.t.Context(), now, n)
	check(f.t, err)
	return all
}

func oddTimesReadAsNone(t *testing.T, f *fixture) {
	s := f.source(f.application())
	for _, at := range []time.Time{time.Unix(253_402_300_800, 0), time.UnixMilli(999_999_999_999_999), time.Unix(-1, 0)} {
		f.receive(s, func(a *store.Arrival) { a.Received.OccurredAt = at })
	}
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	f.receive(s, func(a *store.Arrival) { a.Received.OccurredAt = last })

	list, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 10, Ascending: true})
	check(t, err)
	var listed, archived []time.Time
	for _, r := range list.Items {
		listed = append(listed, r.OccurredAt)
		equal(t, f.one(r).OccurredAt, r.OccurredAt)
	}
	check(t, f.Snapshot(t.Context(), store.Extent{History: true, Now: f.now}, func(view store.Snapshot) error {
		for r, err := range view.Received(t.Context()) {
			check(t, err)
			archived = append(archived, r.OccurredAt)
		}
		return nil
	}))

	equal(t, listed, []time.Time{{}, {}, {}, last})
	equal(t, archived, listed)
}

func receivedReadsBack(t *testing.T, f *fixture) {
	s := f.source(f.application())
	odd := "a\x00\xff\"'\\ü"
	want := f.receive(s, func(a *store.Arrival) {
		r := &a.Received
		r.Body = make([]byte, 300_000)
		for i := range r.Body {
			r.Body[i] = byte(i * i / 7)
		}
		r.Query, r.ContentType, r.SourceURL, r.Remote, r.KeyHint = "q="+odd, odd, odd, "2001:db8::1", "abcd"
		r.EventID, r.EventType, r.OccurredAt = odd, odd, r.ReceivedAt.Add(-time.Hour)
		r.Headers = map[string][]string{"X-One": {odd, ""}, "X-None": {}, odd: {"v"}}
	})

	got := f.one(want)

	equal(t, got, want)
	equal(t, len(got.Headers), 3)
	equal(t, got.Query, "q="+odd)
	equal(t, got.Key > 0, true)
	_, unknown := f.tick()
	_, err := f.ReceivedOne(t.Context(), s.Key, unknown)
	missing(t, err)
	_, err = f.ReceivedOne(t.Context(), s.Key+1, want.ID)
	missing(t, err)
}

func receivedEmpty(t *testing.T, f *fixture) {
	for _, body := range [][]byte{{}, nil} {
		r := f.receive(f.source(f.application()), func(a *store.Arrival) { a.Received.Body, a.Received.Headers = body, nil })

		if got := f.one(r).Body; got == nil || len(got) != 0 {
			t.Errorf("got %#v", got)
		}
	}
}

func storedInOrder(t *testing.T, f *fixture) {
	s := f.source(f.application())
	var mu sync.Mutex
	var told []hook.Key
	arrivals := make([]store.Arrival, 40)
	for i := range arrivals {
		arrivals[i] = f.arrival(s)
		arrivals[i].Stored = func(r hook.Received) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, r.Key)
		}
	}

	atOnce(t, len(arrivals), func(i int) error {
		got, err := f.Receive(t.Context(), arrivals[i])
		mu.Lock()
		defer mu.Unlock()
		if err == nil && !has(told, got.Received.Key) {
			t.Errorf("receive of %d returned before it was told", got.Received.Key)
		}
		return err
	})

	equal(t, len(told), len(arrivals))
	for i := 1; i < len(told); i++ {
		if told[i] <= told[i-1] {
			t.Fatalf("told %v", told)
		}
	}
}

func sameRepeats(t *testing.T, f *fixture) {
	s := f.source(f.application())
	first := f.receive(s, f.same(1))
	f.receive(s, f.same(2))

	again, err := f.Receive(t.Context(), f.arrival(s, f.same(1), func(a *store.Arrival) {
		a.Stored = func(hook.Received) { t.Error("a repeat was told") }
	}))

	check(t, err)
	equal(t, again, store.Arrived{Repeated: true, Received: hook.Received{ID: first.ID}})
	equal(t, f.receivedIDs(s), 2)
}

// receivedIDs returns how many webhooks a source has, by its list.
func (f *fixture) receivedIDs(s hook.Source) int {
	f.t.Helper()
	list, err := f.ReceivedList(f.t.Context(), s.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 100})
	check(f.t, err)
	return len(list.Items)
}

func sameExpires(t *testing.T, f *fixture) {
	s := f.source(f.application())
	over := func(a *store.Arrival) { a.Same, a.SameUntil = [16]byte{1}, clock.Clock{}.Now().Add(-time.Second) }

	f.receive(s, over)
	second := f.receive(s, f.same(1))

	again, err := f.Receive(t.Context(), f.arrival(s, f.same(1)))
	check(t, err)
	equal(t, again.Received.ID, second.ID)
	equal(t, f.receivedIDs(s), 2)
}

func sameAtOnce(t *testing.T, f *fixture) {
	s := f.source(f.application())
	arrivals, answers := make([]store.Arrival, 50), make([]store.Arrived, 50)
	for i := range arrivals {
		arrivals[i] = f.arrival(s, f.same(9))
	}

	atOnce(t, len(arrivals), func(i int) (err error) {
		answers[i], err = f.Receive(t.Context(), arrivals[i])
		return err
	})

	list, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 100})
	check(t, err)
	equal(t, len(list.Items), 1)
	stored := 0
	for _, a := range answers {
		equal(t, a.Received.ID, list.Items[0].ID)
		if !a.Repeated {
			stored++
		}
	}
	equal(t, stored, 1)
}

func sameByNothing(t *testing.T, f *fixture) {
	s := f.source(f.application())

	f.receive(s)
	f.receive(s)

	equal(t, f.receivedIDs(s), 2)
}

func receiveForGone(t *testing.T, f *fixture) {
	a := f.application()
	gone, there := f.source(a), f.source(a)
	_, err := f.DeleteSource(t.Context(), byID(gone.ID))
	check(t, err)
	arrivals := make([]store.Arrival, 20)
	for i := range arrivals {
		arrivals[i] = f.arrival([]hook.Source{gone, there}[i%2], f.same(byte(i%2)+1))
		if i%2 == 1 {
			arrivals[i].Same = [16]byte{}
		}
	}

	errs := resultsAtOnce(len(arrivals), func(i int) error {
		_, err := f.Receive(t.Context(), arrivals[i])
		return err
	})

	for i, err := range errs {
		if i%2 == 1 {
			check(t, err)
			continue
		}
		missing(t, err)
	}
	equal(t, f.receivedIDs(there), 10)
	equal(t, f.receivedIDs(gone), 0)
	f.receive(there, f.same(1)) // nobody who was refused kept the key
}

func receiveTaken(t *testing.T, f *fixture) {
	s := f.source(f.application())

	mine, fresh := f.receive(s, taken), f.receive(s)

	equal(t, f.one(mine), mine)
	equal(t, f.one(fresh), fresh)
	equal(t, []hook.Intake{mine.Status, fresh.Status}, []hook.Intake{hook.IntakeProcessing, hook.IntakeNew})
	equal(t, []int{mine.Attempts, fresh.Attempts}, []int{1, 0})
	equal(t, []time.Time{mine.ChangedAt, fresh.ChangedAt, fresh.DueAt}, []time.Time{mine.ReceivedAt, fresh.ReceivedAt, fresh.ReceivedAt})
}

func takeDue(t *testing.T, f *fixture) {
	s := f.source(f.application())
	first, second := f.receive(s), f.receive(s)
	f.receive(s, taken)
	third := f.receive(s, func(a *store.Arrival) { a.Received.Headers, a.Received.Body = nil, []byte{0xff, 0} })
	now := f.now.Add(time.Minute)

	early := f.given(first.ReceivedAt.Add(-time.Second), 10)
	two := f.given(now, 2)
	one := f.given(now, 10)
	none := f.given(now, 10)

	equal(t, len(early)+len(none), 0)
	for i, r := range []*hook.Received{&first, &second, &third} {
		r.Status, r.Attempts, r.ChangedAt = hook.IntakeProcessing, 1, now
		equal(t, append(two, one...)[i], *r)
		equal(t, f.one(*r), *r)
	}
}

func takeAtOnce(t *testing.T, f *fixture) {
	s := f.source(f.application())
	for range 30 {
		f.receive(s)
	}
	now := f.now.Add(time.Second)
	var mu sync.Mutex
	times := map[hook.Key]int{}

	atOnce(t, 6, func(int) error {
		for {
			all, err := f.Take(t.Context(), now, 3)
			if err != nil || len(all) == 0 {
				return err
			}
			mu.Lock()
			for _, r := range all {
				times[r.Key]++
			}
			mu.Unlock()
		}
	})

	equal(t, len(times), 30)
	for key, n := range times {
		if n != 1 {
			t.Errorf("%d was taken %d times", key, n)
		}
	}
}

func nextArrival(t *testing.T, f *fixture) {
	s := f.source(f.application())
	ask := func() time.Time {
		due, any, err := f.NextArrival(t.Context())
		check(t, err)
		equal(t, any, !due.IsZero())
		return due
	}
	before := ask()
	held := f.receive(s, taken)
	r := f.receive(s)
	first := ask()
	f.given(f.now, 10)
	without := ask()
	later := f.now.Add(time.Hour)
	check(t, f.Conclude(t.Context(), store.Conclusion{Key: held.Key, Begun: held.ChangedAt, Status: hook.IntakeNew, DueAt: later}))

	equal(t, []time.Time{before, first, without, ask()}, []time.Time{{}, r.ReceivedAt, {}, later})
	equal(t, len(f.given(later.Add(-time.Second), 10)), 0)
	again := f.given(later, 10)
	equal(t, len(again), 1)
	equal(t, again[0].Attempts, 2)
}

func concludes(t *testing.T, f *fixture) {
	s := f.source(f.application())
	due := f.now.Add(time.Hour)
	for status, c := range map[hook.Intake]store.Conclusion{
		hook.IntakeDone:   {Message: f.newID()},
		hook.IntakeFailed: {Reason: "nobody\x00 wants \xff it"},
		hook.IntakeNew:    {Reason: "not now", DueAt: due},
	} {
		want := f.receive(s, taken)
		began := clock.Clock{}.Now().Add(-time.Second)

		c.Key, c.Begun, c.Status = want.Key, want.ChangedAt, status
		check(t, f.Conclude(t.Context(), c))

		got := f.one(want)
		if got.ChangedAt.Before(began) {
			t.Errorf("it changed at %s, before %s", got.ChangedAt, began)
		}
		want.Status, want.Reason, want.Message, want.ChangedAt = status, c.Reason, c.Message, got.ChangedAt
		if status == hook.IntakeNew {
			want.DueAt = due
		}
		equal(t, got, want)
	}
}

func concludesAtOnce(t *testing.T, f *fixture) {
	s := f.source(f.application())
	all := make([]hook.Received, 100)
	for i := range all {
		all[i] = f.receive(s, taken)
	}

	atOnce(t, len(all), func(i int) error {
		return f.Conclude(t.Context(), store.Conclusion{Key: all[i].Key, Begun: all[i].ChangedAt, Status: hook.IntakeDone, Reason: strconv.Itoa(i)})
	})

	for i, r := range all {
		got := f.one(r)
		equal(t, got.Status, hook.IntakeDone)
		equal(t, got.Reason, strconv.Itoa(i))
	}
}

func concludesUnheld(t *testing.T, f *fixture) {
	s := f.source(f.application())
	fresh, done := f.receive(s), f.ended(s, hook.IntakeDone)

	for _, r := range []hook.Received{fresh, done, {Key: 4711}} {
		check(t, f.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeFailed, Reason: "too late"}))
	}

	equal(t, f.one(fresh), fresh)
	equal(t, f.one(done), done)
}

// unstuck returns how many became new again.
func (f *fixture) unstuck(before time.Time, n int) int {
	f.t.Helper()
	back, err := f.ReturnStuck(f.t.Context(), before, f.now, n)
	check(f.t, err)
	return back
}

func stuckReturns(t *testing.T, f *fixture) {
	s := f.source(f.application())
	var old []hook.Received
	for range 3 {
		old = append(old, f.receive(s, taken))
	}
	border := f.now.Add(time.Millisecond)
	young, fresh, done := f.receive(s, taken), f.receive(s), f.ended(s, hook.IntakeDone)

	steps := []int{f.unstuck(border.Add(-time.Hour), 10), f.unstuck(border, 2), f.unstuck(border, 2), f.unstuck(border, 2)}

	equal(t, steps, []int{0, 2, 1, 0})
	for _, r := range old {
		r.Status, r.DueAt, r.ChangedAt = hook.IntakeNew, f.now, f.now
		equal(t, f.one(r), r)
	}
	for _, r := range []hook.Received{young, fresh, done} {
		equal(t, f.one(r), r)
	}
	equal(t, len(f.given(f.now, 10)), 4)
}

// stuckAhead is about what was taken by a clock that ran ahead.
func stuckAhead(t *testing.T, f *fixture) {
	s := f.source(f.application())
	right := f.receive(s, taken)
	f.receive(s)
	f.given(f.now.Add(365*24*time.Hour), 10)

	equal(t, f.unstuck(f.now.Add(-time.Hour), 10), 1)

	equal(t, f.one(right), right)
	equal(t, len(f.given(f.now, 10)), 1)
}

// stuckAndTakenAgain is about a run that takes a webhook again while it is still at the first processing of it: a
// pause of the whole machine, or an endless processing, is enough.
func stuckAndTakenAgain(t *testing.T, f *fixture) {
	s := f.source(f.application())
	first := f.receive(s, taken)
	equal(t, f.unstuck(f.now.Add(time.Hour), 10), 1)
	second := f.given(f.now.Add(time.Second), 1)[0]

	check(t, f.Conclude(t.Context(), conclusionOf(first, hook.IntakeFailed)))
	equal(t, f.one(first), second)
	check(t, f.Conclude(t.Context(), conclusionOf(second, hook.IntakeFailed)))
	equal(t, f.one(first).Status, hook.IntakeFailed)

	// Its attempts are counted anew from here.
	check(t, f.Reprocess(t.Context(), s.Key, first.ID, f.now.Add(2*time.Second)))
	third := f.given(f.now.Add(3*time.Second), 1)[0]
	check(t, f.Conclude(t.Context(), conclusionOf(first, hook.IntakeDone)))
	equal(t, f.one(first), third)
}

func conclusionOf(r hook.Received, status hook.Intake) store.Conclusion {
	return store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: status, Reason: "because"}
}

func stuckOfBefore(t *testing.T, f *fixture) {
	s := f.source(f.application())
	r := f.receive(s, taken)
	check(t, f.Begin(t.Context(), store.Run{Key: 2, Window: 10, Lease: time.Minute}, f.now))
	mine := f.receive(s, taken)

	check(t, f.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone}))
	back := f.unstuck(f.now.Add(-time.Hour), 10)

	equal(t, back, 1)
	equal(t, f.one(r).Status, hook.IntakeNew)
	equal(t, f.one(mine), mine)
}

func receivedAs(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a)
	made := f.newID()
	r := f.receive(s, taken)
	f.ended(s, hook.IntakeDone)
	check(t, f.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone, Message: made}))

	got, err := f.ReceivedAs(t.Context(), a.Key, made)
	check(t, err)
	equal(t, got, f.one(r))
	_, err = f.ReceivedAs(t.Context(), f.application().Key, made)
	missing(t, err)
	_, err = f.ReceivedAs(t.Context(), a.Key, f.newID())
	missing(t, err)

	check(t, f.Reprocess(t.Context(), s.Key, r.ID, f.now))
	again := f.given(f.now, 1)[0]
	check(t, f.Conclude(t.Context(), store.Conclusion{Key: again.Key, Begun: again.ChangedAt, Status: hook.IntakeFailed}))
	got, err = f.ReceivedAs(t.Context(), a.Key, made)
	check(t, err)
	equal(t, got.Status, hook.IntakeFailed)
}

func reprocesses(t *testing.T, f *fixture) {
	s := f.source(f.application())
	fresh, held := f.receive(s), f.receive(s, taken)
	for _, r := range []hook.Received{f.ended(s, hook.IntakeFailed), f.ended(s, hook.IntakeDone)} {
		now, _ := f.tick()
		check(t, f.Reprocess(t.Context(), s.Key, r.ID, now))
		r.Status, r.Attempts, r.DueAt, r.ChangedAt, r.Reason = hook.IntakeNew, 0, now, now, ""
		equal(t, f.one(r), r)
	}

	for _, r := range []hook.Received{fresh, held} {
		refused(t, f.Reprocess(t.Context(), s.Key, r.ID, f.now), fault.Conflict, "still_processing")
	}
	missing(t, f.Reprocess(t.Context(), s.Key, f.newID(), f.now))
	missing(t, f.Reprocess(t.Context(), s.Key+1, fresh.ID, f.now))
	equal(t, len(f.given(f.now, 10)), 3)
}

func takeOfGone(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a)
	f.receive(s)
	f.receive(s)
	_, err := f.DeleteSource(t.Context(), byID(s.ID))
	check(t, err)
	r := f.receive(f.source(a))

	due, any, err := f.NextArrival(t.Context())
	check(t, err)
	equal(t, any, true)
	equal(t, due, r.DueAt)
	got := f.given(f.now, 10)
	equal(t, len(got), 1)
	equal(t, got[0].ID, r.ID)
	_, any, err = f.NextArrival(t.Context())
	check(t, err)
	equal(t, any, false)
}
