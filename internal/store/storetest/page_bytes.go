package storetest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// pageBytes are the tests of what a page may hold in bytes.
func pageBytes() []test {
	return []test{
		{"a page of messages ends at a bound of bytes", messagesEndAtBytes},
		{"a page of attempts ends at a bound of bytes", attemptsEndAtBytes},
		{"a page of an endpoint's messages ends at a bound of bytes", endpointMessagesEndAtBytes},
		{"a page of received webhooks ends at a bound of bytes", receivedEndAtBytes},
		{"a page of event types ends at a bound of bytes", eventTypesEndAtBytes},
		{"an item larger than the bound makes a page of its own", itemLargerThanPage},
		{"a list without content is not bounded in bytes", bareListIsWhole},
		{"content that may not be held is not read", contentNotHeld},
	}
}

// third is content of which three fill a page and four are too much.
func third() []byte {
	return append(append([]byte(`{"a":"`), bytes.Repeat([]byte("x"), store.PageBytes/3-100)...), `"}`...)
}

// endsAtBytes checks that lists of items, of which three fill a page, come three at a time whichever way they are read.
func endsAtBytes[T any, C comparable](t *testing.T, all []C, cursor func(T) C, list func(store.Page[C]) (store.List[T, C], error)) {
	t.Helper()
	for _, start := range []store.Page[C]{{Limit: 50, Ascending: true}, {Limit: 50}} {
		var held int64
		page := start
		page.Hold = func(bytes int64) error { held = bytes; return nil }
		first, err := list(page)
		check(t, err)
		equal(t, len(first.Items), 3)
		equal(t, first.Done, false)
		if held != first.Bytes || held > store.PageBytes || held < store.PageBytes*9/10 {
			t.Errorf("%d bytes were held for a page of %d", held, first.Bytes)
		}

		page.From = first.Last
		second, err := list(page)
		check(t, err)
		equal(t, len(second.Items), 3)
		page.From, page.Backward = second.First, true
		again, err := list(page)
		check(t, err)
		equal(t, cursors(again.Items, cursor), cursors(first.Items, cursor))
		whole, pages := readAll(t, start, cursor, list)
		equal(t, len(whole), len(all))
		equal(t, pages, 3)
	}
}

func messagesEndAtBytes(t *testing.T, f *fixture) {
	a := f.application()
	var all []id.ID
	for range 7 {
		all = append(all, f.message(a, nil, func(m *hook.Message) { m.Payload = third() }).ID)
	}

	endsAtBytes(t, all, messageID, f.messagesOf(a, store.MessageFilter{WithContent: true}))
}

func attemptsEndAtBytes(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	var all []id.ID
	for range 7 {
		all = append(all, f.attempt(m, e, hook.Failed, func(a *hook.Attempt) { a.Response = third() }).ID)
	}
	byEndpoint := func(page store.Page[id.ID]) (store.List[store.AttemptRecord, id.ID], error) {
		return f.AttemptsByEndpoint(t.Context(), e, store.AttemptFilter{WithContent: true}, page)
	}
	byMessage := func(page store.Page[id.ID]) (store.List[store.AttemptRecord, id.ID], error) {
		return f.AttemptsByMessage(t.Context(), m, store.AttemptFilter{WithContent: true}, page)
	}

	endsAtBytes(t, all, func(r store.AttemptRecord) id.ID { return r.ID }, byEndpoint)
	endsAtBytes(t, all, func(r store.AttemptRecord) id.ID { return r.ID }, byMessage)
}

func endpointMessagesEndAtBytes(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	var all []id.ID
	for range 7 {
		m := f.message(a, []hook.Endpoint{e}, func(m *hook.Message) { m.Payload = third() })
		f.attempt(m, e, hook.Failed)
		all = append(all, m.ID)
	}

	endsAtBytes(t, all, func(m store.EndpointMessage) id.ID { return m.Message.ID }, func(page store.Page[id.ID]) (store.List[store.EndpointMessage, id.ID], error) {
		return f.MessagesByEndpoint(t.Context(), e, store.AttemptFilter{WithContent: true}, page)
	})
}

func receivedEndAtBytes(t *testing.T, f *fixture) {
	s := f.source(f.application())
	var all []id.ID
	for range 7 {
		all = append(all, f.receive(s, func(a *store.Arrival) { a.Received.Body = third() }).ID)
	}

	endsAtBytes(t, all, receivedID, func(page store.Page[id.ID]) (store.List[hook.Received, id.ID], error) {
		return f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{WithContent: true}, page)
	})
}

func eventTypesEndAtBytes(t *testing.T, f *fixture) {
	var all []string
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		_, err := f.CreateEventType(t.Context(), hook.EventType{Name: name, Schemas: third(), CreatedAt: f.now, UpdatedAt: f.now})
		check(t, err)
		all = append(all, name)
	}

	endsAtBytes(t, all, func(e hook.EventType) string { return e.Name }, func(page store.Page[string]) (store.List[hook.EventType, string], error) {
		return f.ListEventTypes(t.Context(), true, page)
	})
}

func itemLargerThanPage(t *testing.T, f *fixture) {
	a := f.application()
	small := f.message(a, nil).ID
	large := f.message(a, nil, func(m *hook.Message) { m.Payload = append(third(), bytes.Repeat([]byte(" "), store.PageBytes)...) }).ID
	list := f.messagesOf(a, store.MessageFilter{WithContent: true})

	for _, c := range []struct {
		page store.Page[id.ID]
		want []id.ID
	}{{store.Page[id.ID]{Limit: 5}, []id.ID{large, small}}, {store.Page[id.ID]{Limit: 5, Ascending: true}, []id.ID{small, large}}} {
		got, pages := readAll(t, c.page, messageID, list)

		equal(t, got, c.want)
		equal(t, pages, 2)
	}
}

func bareListIsWhole(t *testing.T, f *fixture) {
	a := f.application()
	for range 5 {
		f.message(a, nil, func(m *hook.Message) { m.Payload = third() })
	}

	list, err := f.messagesOf(a, store.MessageFilter{})(store.Page[id.ID]{Limit: 5, Hold: func(bytes int64) error {
		t.Errorf("%d bytes were held for a list without content", bytes)
		return nil
	}})

	check(t, err)
	equal(t, len(list.Items), 5)
	equal(t, list.Done, true)
}

func contentNotHeld(t *testing.T, f *fixture) {
	a := f.application()
	f.message(a, nil)
	refused := errors.New("refused")

	list, err := f.messagesOf(a, store.MessageFilter{WithContent: true})(store.Page[id.ID]{Limit: 5, Hold: func(int64) error { return refused }})

	if !errors.Is(err, refused) || len(list.Items) > 0 {
		t.Errorf("got %d items and %v", len(list.Items), err)
	}
}
