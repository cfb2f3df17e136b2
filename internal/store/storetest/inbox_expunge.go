package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func inboxExpunge() []test {
	return []test{
		{"an expunged webhook has no body, headers, query and source address, and says when", receivedExpunged},
		{"an expunged webhook that was new has failed and is not handed out", expungedNew},
		{"an expunged webhook cannot be processed again", expungedReprocess},
		{"a repetition of an expunged or deleted webhook is still one", expungedSame},
		{"a deleted webhook is gone, also when it was new", receivedDeleted},
		{"what is being processed is neither expunged nor deleted", expungeOfProcessing},
		{"only webhooks of the source are expunged and deleted", expungeOfOthers},
		{"expunging a message expunges the webhook that it was made of", messageOfReceivedExpunged},
		{"expunging a message ends a second processing that its webhook waits for", messageOfReceivedExpungedWhileNew},
		{"a message is not expunged while its webhook is being processed", messageOfReceivedProcessing},
	}
}

// expunged checks that the webhook has lost its content and nothing else, and returns it.
func (f *fixture) expunged(before hook.Received) hook.Received {
	f.t.Helper()
	got := f.one(before)
	equal(f.t, got.ExpungedAt.IsZero(), false)
	equal(f.t, got.Body == nil, true)
	want := before
	want.Body, want.Headers, want.Query, want.SourceURL = nil, nil, "", ""
	want.Status, want.Reason, want.ChangedAt, want.ExpungedAt = got.Status, got.Reason, got.ChangedAt, got.ExpungedAt
	equal(f.t, got, want)
	return got
}

// withContent gives an arrival something in every place that expunging empties.
func withContent(a *store.Arrival) {
	a.Received.Query, a.Received.SourceURL = "q=1", "https://sender.example/form"
}

func receivedExpunged(t *testing.T, f *fixture) {
	s := f.source(f.application())
	for _, status := range []hook.Intake{hook.IntakeDone, hook.IntakeFailed} {
		r, other := f.ended(s, status, withContent), f.ended(s, status, withContent)

		check(t, f.ExpungeReceived(t.Context(), s.Key, r.ID))

		got := f.expunged(r)
		equal(t, []any{got.Status, got.Reason, got.ChangedAt}, []any{r.Status, r.Reason, r.ChangedAt})
		equal(t, f.one(other), other)
		check(t, f.ExpungeReceived(t.Context(), s.Key, r.ID))
		equal(t, f.one(r), got)
	}
	for _, content := range []bool{true, false} {
		list, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{WithContent: content}, store.Page[id.ID]{Limit: 10})
		check(t, err)
		var marked []bool
		for _, r := range list.Items {
			marked = append(marked, !r.ExpungedAt.IsZero())
		}
		equal(t, marked, []bool{false, true, false, true})
	}
}

func expungedNew(t *testing.T, f *fixture) {
	s := f.source(f.application())
	r, other := f.receive(s, withContent), f.receive(s)

	check(t, f.ExpungeReceived(t.Context(), s.Key, r.ID))

	got := f.expunged(r)
	equal(t, got.Status, hook.IntakeFailed)
	equal(t, got.Reason, store.ReasonContentExpunged)
	equal(t, cursors(f.given(f.now.Add(time.Hour), 10), receivedID), []id.ID{other.ID})
}

func expungedReprocess(t *testing.T, f *fixture) {
	s := f.source(f.application())
	r := f.ended(s, hook.IntakeDone)
	check(t, f.ExpungeReceived(t.Context(), s.Key, r.ID))

	refused(t, f.Reprocess(t.Context(), s.Key, r.ID, f.now), fault.Conflict, "body_gone")
}

func expungedSame(t *testing.T, f *fixture) {
	s := f.source(f.application())
	emptied, deleted := f.ended(s, hook.IntakeDone, f.same(1)), f.ended(s, hook.IntakeDone, f.same(2))
	check(t, f.ExpungeReceived(t.Context(), s.Key, emptied.ID))
	check(t, f.DeleteReceived(t.Context(), s.Key, deleted.ID))

	for n, first := range map[byte]hook.Received{1: emptied, 2: deleted} {
		again, err := f.Receive(t.Context(), f.arrival(s, f.same(n)))
		check(t, err)
		equal(t, []any{again.Repeated, again.Received.ID}, []any{true, first.ID})
	}
	equal(t, f.receivedIDs(s), 1)
}

func receivedDeleted(t *testing.T, f *fixture) {
	s := f.source(f.application())
	kept := f.ended(s, hook.IntakeDone)
	for _, r := range []hook.Received{f.ended(s, hook.IntakeDone), f.ended(s, hook.IntakeFailed), f.receive(s)} {
		check(t, f.DeleteReceived(t.Context(), s.Key, r.ID))

		_, err := f.ReceivedOne(t.Context(), s.Key, r.ID)
		missing(t, err)
		missing(t, f.DeleteReceived(t.Context(), s.Key, r.ID))
		missing(t, f.ExpungeReceived(t.Context(), s.Key, r.ID))
	}
	equal(t, len(f.given(f.now.Add(time.Hour), 10)), 0)
	equal(t, f.one(kept), kept)
	equal(t, f.receivedIDs(s), 1)
}

func expungeOfProcessing(t *testing.T, f *fixture) {
	s := f.source(f.application())
	r := f.receive(s, taken)

	refused(t, f.ExpungeReceived(t.Context(), s.Key, r.ID), fault.Conflict, "still_processing")
	refused(t, f.DeleteReceived(t.Context(), s.Key, r.ID), fault.Conflict, "still_processing")

	equal(t, f.one(r), r)
}

func expungeOfOthers(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	r := f.ended(s, hook.IntakeDone)

	missing(t, f.ExpungeReceived(t.Context(), other.Key, r.ID))
	missing(t, f.DeleteReceived(t.Context(), other.Key, r.ID))

	equal(t, f.one(r), r)
}

// became stores a message and a webhook of which it was made.
func (f *fixture) became(a hook.Application, s hook.Source) (hook.Message, hook.Received) {
	f.t.Helper()
	m := f.message(a, nil)
	r := f.receive(s, taken, withContent)
	check(f.t, f.Conclude(f.t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone, Message: m.ID}))
	return m, f.one(r)
}

func messageOfReceivedExpunged(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a)
	m, r := f.became(a, s)
	_, other := f.became(a, s)

	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(m.ID)))

	got := f.expunged(r)
	equal(t, []any{got.Status, got.Message}, []any{hook.IntakeDone, m.ID})
	equal(t, f.one(other), other)
}

func messageOfReceivedExpungedWhileNew(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a)
	m, r := f.became(a, s)
	check(t, f.Reprocess(t.Context(), s.Key, r.ID, f.now))
	r = f.one(r)

	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(m.ID)))

	equal(t, f.expunged(r).Status, hook.IntakeFailed)
	equal(t, len(f.given(f.now.Add(time.Hour), 10)), 0)
}

func messageOfReceivedProcessing(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a)
	m, r := f.became(a, s)
	check(t, f.Reprocess(t.Context(), s.Key, r.ID, f.now))
	equal(t, len(f.given(f.now, 1)), 1)
	r = f.one(r)

	refused(t, f.ExpungeMessage(t.Context(), a.Key, byID(m.ID)), fault.Conflict, "still_processing")

	equal(t, f.one(r), r)
	kept, err := f.Message(t.Context(), a.Key, byID(m.ID))
	check(t, err)
	equal(t, kept.Payload != nil, true)
}
