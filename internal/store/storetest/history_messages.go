package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func messages() []test {
	return []test{
		{"a message is found by id and by event id", messageIsFound},
		{"what is not there is not found", messageIsMissing},
		{"pages go both ways in both orders", messagePages},
		{"a list has payloads only when asked for", messageContent},
		{"event types narrow a list", messageEventTypes},
		{"a channel narrows a list", messageChannel},
		{"a tag narrows messages to those that have it", messageTag},
		{"times narrow a list: after includes its instant, before does not", messageTimes},
		{"filtered pages go both ways in both orders", messageFilteredPages},
		{"an empty walk keeps its place", messageEmptyWalk},
		{"a filter that matches rarely gives pages that go on", messageRareFilter},
		{"an expunged message has no payload, no response bodies and no response headers", messageExpunged},
		{"recorded events come newest first", eventsInOrder},
	}
}

func messageID(m hook.Message) id.ID { return m.ID }

// messagesOf lists the application's messages through a filter.
func (f *fixture) messagesOf(a hook.Application, filter store.MessageFilter) func(store.Page[id.ID]) (store.List[hook.Message, id.ID], error) {
	return func(page store.Page[id.ID]) (store.List[hook.Message, id.ID], error) {
		return f.Messages(f.t.Context(), a.Key, filter, page)
	}
}

// narrowed returns the ids that a filter leaves of the application's messages, newest first.
func (f *fixture) narrowed(a hook.Application, filter store.MessageFilter) []id.ID {
	f.t.Helper()
	all, _ := readAll(f.t, store.Page[id.ID]{Limit: 3}, messageID, f.messagesOf(a, filter))
	return all
}

func messageIsFound(t *testing.T, f *fixture) {
	a := f.application()
	f.message(a, nil)
	want := f.message(a, f.endpoints(a, 3), func(m *hook.Message) {
		m.EventID, m.Channels, m.Tags, m.Payload = "evt-1", []string{"eu", "b-2"}, []string{"t-1", `t\2`}, []byte(`{"text":"\u0000 ü"}`)
		m.PayloadUntil = m.CreatedAt.Add(hook.MinPayloadLife)
	})

	one, err := f.Message(t.Context(), a.Key, byID(want.ID))
	check(t, err)
	other, err := f.Message(t.Context(), a.Key, byUID("evt-1"))
	check(t, err)

	equal(t, []hook.Message{one, other}, []hook.Message{want, want})
	equal(t, len(one.Targets), 3)
}

func messageIsMissing(t *testing.T, f *fixture) {
	a := f.application()
	m := f.message(a, nil)
	_, unknown := f.tick()

	for _, ref := range []store.Ref{byID(unknown), byUID("nothing"), byUID(""), byUID(impossible()[0]), byUID(impossible()[1])} {
		_, err := f.Message(t.Context(), a.Key, ref)
		missing(t, err)
		missing(t, f.ExpungeMessage(t.Context(), a.Key, ref))
	}
	_, err := f.Attempt(t.Context(), m, unknown)
	missing(t, err)
	missing(t, f.ExpungeAttempt(t.Context(), m, unknown))
}

func messagePages(t *testing.T, f *fixture) {
	a := f.application()
	f.message(f.application(), nil)
	var falling []id.ID
	for range 12 {
		falling = append([]id.ID{f.message(a, nil).ID}, falling...)
	}

	turnPages(t, falling, messageID, f.messagesOf(a, store.MessageFilter{}))
}

func messageContent(t *testing.T, f *fixture) {
	a := f.application()
	want := f.message(a, f.endpoints(a, 2))
	bare := want
	bare.Payload = nil

	without, err := f.Messages(t.Context(), a.Key, store.MessageFilter{}, store.Page[id.ID]{Limit: 5})
	check(t, err)
	with, err := f.Messages(t.Context(), a.Key, store.MessageFilter{WithContent: true}, store.Page[id.ID]{Limit: 5})
	check(t, err)

	equal(t, without.Items, []hook.Message{bare})
	equal(t, with.Items, []hook.Message{want})
}

func messageEventTypes(t *testing.T, f *fixture) {
	a := f.application()
	typed := func(name string) id.ID {
		return f.message(a, nil, func(m *hook.Message) { m.EventType = name }).ID
	}
	paid, sent, more := typed("paid"), typed("sent"), typed("paid.more")

	equal(t, f.narrowed(a, store.MessageFilter{EventTypes: []string{"paid"}}), []id.ID{paid})
	equal(t, f.narrowed(a, store.MessageFilter{EventTypes: []string{"paid.more", "sent"}}), []id.ID{more, sent})
	equal(t, f.narrowed(a, store.MessageFilter{EventTypes: []string{"other"}}), nil)
}

func messageChannel(t *testing.T, f *fixture) {
	a := f.application()
	sent := func(channels ...string) id.ID {
		return f.message(a, nil, func(m *hook.Message) { m.Channels = channels }).ID
	}
	sent()
	eu, both := sent("eu"), sent("us", "eu")
	sent("europe")

	equal(t, f.narrowed(a, store.MessageFilter{Channel: "eu"}), []id.ID{both, eu})
}

func messageTag(t *testing.T, f *fixture) {
	a := f.application()
	sent := func(tags ...string) id.ID {
		return f.message(a, nil, func(m *hook.Message) { m.Tags = tags }).ID
	}
	sent()
	one, both := sent(`a\b/#1`), sent("x", `a\b/#1`)
	sent("xy")

	equal(t, f.narrowed(a, store.MessageFilter{Tag: `a\b/#1`}), []id.ID{both, one})
	equal(t, f.narrowed(a, store.MessageFilter{Tag: "x"}), []id.ID{both})
}

func messageTimes(t *testing.T, f *fixture) {
	a := f.application()
	first, second, third := f.message(a, nil), f.message(a, nil), f.message(a, nil)

	equal(t, f.narrowed(a, store.MessageFilter{After: second.CreatedAt}), []id.ID{third.ID, second.ID})
	equal(t, f.narrowed(a, store.MessageFilter{Before: second.CreatedAt}), []id.ID{first.ID})
	equal(t, f.narrowed(a, store.MessageFilter{After: first.CreatedAt, Before: third.CreatedAt}), []id.ID{second.ID, first.ID})
	equal(t, f.narrowed(a, store.MessageFilter{After: third.CreatedAt, Before: first.CreatedAt}), nil)
}

func messageFilteredPages(t *testing.T, f *fixture) {
	a := f.application()
	var falling []id.ID
	for i := range 15 {
		m := f.message(a, nil, func(m *hook.Message) { m.EventType = fmt.Sprint("type-", i%2) })
		if i%2 == 1 && i > 1 && i < 13 {
			falling = append([]id.ID{m.ID}, falling...)
		}
	}
	start := f.now.Add(-14 * time.Millisecond) // when the first was made

	turnPages(t, falling, messageID, f.messagesOf(a, store.MessageFilter{EventTypes: []string{"type-1"},
		After: start.Add(time.Millisecond + time.Microsecond), Before: start.Add(13 * time.Millisecond)}))
}

func messageEmptyWalk(t *testing.T, f *fixture) {
	a := f.application()
	list := f.messagesOf(a, store.MessageFilter{})

	nothing, err := list(store.Page[id.ID]{Limit: 2, Ascending: true})
	check(t, err)
	equal(t, nothing.First == nil && nothing.Last == nil && nothing.Done, true)

	m := f.message(a, nil)
	end, err := list(store.Page[id.ID]{Limit: 2, Ascending: true, From: &m.ID})
	check(t, err)
	equal(t, end.First == nil && end.Done, true)
	equal(t, *end.Last, m.ID)

	next := f.message(a, nil)
	more, err := list(store.Page[id.ID]{Limit: 2, Ascending: true, From: end.Last})
	check(t, err)
	equal(t, cursors(more.Items, messageID), []id.ID{next.ID})
}

func messageRareFilter(t *testing.T, f *fixture) {
	if testing.Short() {
		t.Skip("stores twelve thousand messages")
	}
	a := f.application()
	rare := []id.ID{f.message(a, nil, func(m *hook.Message) { m.EventType = "rare" }).ID}
	crowd := make([]store.Publication, 12_000)
	for i := range crowd {
		crowd[i] = f.publication(a, nil)
	}
	const publishers = 250
	atOnce(t, publishers, func(i int) error {
		for ; i < len(crowd); i += publishers {
			if _, err := f.Publish(t.Context(), crowd[i]); err != nil {
				return err
			}
		}
		return nil
	})
	rare = append(rare, f.message(a, nil, func(m *hook.Message) { m.EventType = "rare" }).ID)

	for _, page := range []store.Page[id.ID]{{Limit: 1}, {Limit: 50}, {Limit: 2, Ascending: true}} {
		got, _ := readAll(t, page, messageID, f.messagesOf(a, store.MessageFilter{EventTypes: []string{"rare"}}))
		slices.SortFunc(got, id.ID.Compare)
		equal(t, got, rare)
	}
}

func messageExpunged(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m, other := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	gone, kept := f.attempt(m, e, hook.Failed), f.attempt(other, e, hook.Failed)
	bodiless := f.attempt(m, f.endpoint(a), hook.Failed, func(a *hook.Attempt) { a.Response = nil })

	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(m.ID)))

	stored, err := f.Message(t.Context(), a.Key, byID(m.ID))
	check(t, err)
	equal(t, stored.Payload == nil, true)
	record, err := f.Attempt(t.Context(), m, gone.ID)
	check(t, err)
	equal(t, string(record.Response), store.Expunged)
	record, err = f.Attempt(t.Context(), m, bodiless.ID)
	check(t, err)
	equal(t, record.Headers, nil)
	record, err = f.Attempt(t.Context(), other, kept.ID)
	check(t, err)
	equal(t, string(record.Response), "thanks")
	stored, err = f.Message(t.Context(), a.Key, byID(other.ID))
	check(t, err)
	equal(t, stored, other)
}

func eventsInOrder(t *testing.T, f *fixture) {
	a, other := f.application(), f.application()
	e, foreign := f.endpoint(a), f.endpoint(other)
	f.record(other, foreign)
	want := []hook.Event{f.record(a, e), f.record(a, e), f.record(a, e)}
	slices.Reverse(want)

	all, err := f.Events(t.Context(), a.Key, 10)
	check(t, err)
	two, err := f.Events(t.Context(), a.Key, 2)
	check(t, err)

	equal(t, all, want)
	equal(t, two, want[:2])
}

// record settles a delivery with an event.
func (f *fixture) record(a hook.Application, e hook.Endpoint) hook.Event {
	f.t.Helper()
	m := f.message(a, []hook.Endpoint{e})
	now, made := f.tick()
	event := hook.Event{ID: made, ApplicationKey: a.Key, Type: hook.EventAttemptExhausted,
		Data: []byte(`{"n":` + strings.Repeat("1", 5) + `}`), CreatedAt: now}
	check(f.t, f.Settle(f.t.Context(), store.Settlement{Fresh: true, Fan: 1, Events: []hook.Event{event}, Delivery: hook.Delivery{
		ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Exhausted}}))
	return event
}
