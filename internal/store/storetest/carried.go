package storetest

import (
	"maps"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func carried() []test {
	return []test{
		{"what a message carries is stored byte for byte", carriedReadsBack},
		{"a content type is kept without headers", carriedContentType},
		{"hops are kept without headers, and a message that carries nothing does not", carriedHops},
		{"a list shows what is carried with the payloads", carriedInLists},
		{"what waits is leased with what it carries", carriedIsLeased},
		{"an expunged message carries nothing", carriedIsExpunged},
		{"what is carried expires with the payload", carriedExpires},
		{"what is carried is in a snapshot, and is restored, also for long ago", carriedIsMoved},
	}
}

// loaded are headers that a sender may choose: several values, none that is text, one that is empty.
func loaded() hook.Carried {
	return hook.Carried{Hops: 300, ContentType: "text/plain; charset=utf-8",
		Headers: map[string][]string{"X-Github-Event": {"push"}, "X-Many": {"a", "\xff\xfe ü", ""}}}
}

func carrying(c hook.Carried) func(*hook.Message) {
	return func(m *hook.Message) {
		m.Carried = hook.Carried{Headers: maps.Clone(c.Headers), Hops: c.Hops, ContentType: c.ContentType}
	}
}

// carries returns what a message carries now.
func (f *fixture) carries(m hook.Message) hook.Carried {
	f.t.Helper()
	got, err := f.Message(f.t.Context(), m.ApplicationKey, byID(m.ID))
	check(f.t, err)
	return got.Carried
}

func carriedReadsBack(t *testing.T, f *fixture) {
	a := f.application()
	var told hook.Carried
	p := f.keyed(f.publication(a, nil, carrying(loaded())), 1, 1)
	p.Committed = func(m hook.Message) { told = m.Carried }

	first, err := f.Publish(t.Context(), p)
	check(t, err)
	again, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)

	equal(t, []hook.Carried{told, first.Message.Carried, again.Message.Carried, f.carries(first.Message)},
		[]hook.Carried{loaded(), loaded(), loaded(), loaded()})
}

func carriedHops(t *testing.T, f *fixture) {
	a := f.application()
	hops := f.message(a, nil, carrying(hook.Carried{Hops: 7}))
	nothing := f.message(a, nil)

	equal(t, f.carries(hops), hook.Carried{Hops: 7})
	equal(t, f.carries(nothing).IsZero(), true)
}

func carriedContentType(t *testing.T, f *fixture) {
	a := f.application()
	text := f.message(a, nil, carrying(hook.Carried{ContentType: "text/plain"}), func(m *hook.Message) { m.Payload = []byte("hello \x00\xff") })

	got, err := f.Message(t.Context(), a.Key, byID(text.ID))

	check(t, err)
	equal(t, got.Carried, hook.Carried{ContentType: "text/plain"})
	equal(t, string(got.Payload), "hello \x00\xff")
}

func carriedInLists(t *testing.T, f *fixture) {
	a := f.application()
	f.message(a, nil, carrying(loaded()))

	for content, want := range map[bool]hook.Carried{true: loaded(), false: {}} {
		list, err := f.Messages(t.Context(), a.Key, store.MessageFilter{WithContent: content}, store.Page[id.ID]{Limit: 5})
		check(t, err)
		equal(t, list.Items[0].Carried, want)
	}
}

func carriedIsLeased(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	p := f.publication(a, []hook.Endpoint{e}, carrying(loaded()))
	p.Deferred = p.Message.Targets
	_, err := f.Publish(t.Context(), p)
	check(t, err)
	f.attempt(f.message(a, []hook.Endpoint{e}), e, hook.Failed)

	leased, err := f.Lease(t.Context(), e.Key, f.now.Add(2*time.Hour), 10)

	check(t, err)
	equal(t, len(leased), 2)
	equal(t, []hook.Carried{leased[0].Message.Carried, leased[1].Message.Carried}, []hook.Carried{loaded(), {}})
}

func carriedIsExpunged(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	p := f.publication(a, []hook.Endpoint{e}, carrying(loaded()))
	p.Deferred = p.Message.Targets
	receipt, err := f.Publish(t.Context(), p)
	check(t, err)

	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(receipt.Message.ID)))

	equal(t, f.carries(receipt.Message).IsZero(), true)
	equal(t, f.take(e, 1)[0].Message.Carried.IsZero(), true)
}

func carriedExpires(t *testing.T, f *fixture) {
	a := f.application()
	short := f.message(a, nil, carrying(loaded()), func(m *hook.Message) { m.PayloadUntil = f.now.AddDate(0, 0, 5) })
	usual := f.message(a, nil, carrying(loaded()))
	expire := func(days int) {
		for left := 1; left > 0; {
			var err error
			left, err = f.Expire(t.Context(), f.now.AddDate(0, 0, days), 10)
			check(t, err)
		}
	}

	expire(6)
	after := []hook.Carried{f.carries(short), f.carries(usual)}
	expire(91)

	equal(t, after, []hook.Carried{{}, loaded()})
	equal(t, f.carries(usual).IsZero(), true)
}

func carriedIsMoved(t *testing.T, f *fixture) {
	a := f.application()
	m := f.old(a, f.now.AddDate(0, 0, -60))
	carrying(loaded())(&m)
	check(t, f.Restore(t.Context(), store.Batch{Messages: []hook.Message{m, f.old(a, f.now)}}))

	f.snapshot(true, func(s store.Snapshot) {
		all := gather(t, s.Messages(t.Context()))
		equal(t, []hook.Carried{all[0].Carried, all[1].Carried}, []hook.Carried{loaded(), {}})
	})
	equal(t, f.carries(m), loaded())
}
