package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func destinations() []test {
	return []test{
		{"the targets of a message are its destinations", destinationPages},
		{"a destination says where its delivery stands", destinationStands},
		{"an endpoint that a person sent it to is a destination", destinationByReplay},
		{"deleted endpoints stay destinations, in their place", destinationDeleted},
		{"a deleted endpoint is shown without secrets, headers and settings", destinationDeletedFields},
		{"the uid of a deleted endpoint is free, and it is no endpoint any more", destinationDeletedUID},
		{"an id that is used again names the new endpoint", destinationIDAgain},
		{"what remains of deleted endpoints goes with their application", destinationDeletedApplication},
		{"each message of an endpoint comes once, by its first attempt", endpointMessagePages},
		{"a message of an endpoint says where its delivery stands", endpointMessageStands},
		{"filters narrow the messages of an endpoint", endpointMessageFilter},
		{"the messages of an endpoint have payloads only when asked for", endpointMessageContent},
	}
}

func destinationID(d store.Destination) id.ID { return d.Endpoint.ID }

func (f *fixture) destinationsOf(m hook.Message) func(store.Page[id.ID]) (store.List[store.Destination, id.ID], error) {
	return func(page store.Page[id.ID]) (store.List[store.Destination, id.ID], error) {
		return f.Destinations(f.t.Context(), m, page)
	}
}

func destinationPages(t *testing.T, f *fixture) {
	a := f.application()
	all := f.endpoints(a, 12)
	var targets []hook.Endpoint
	for i, e := range all {
		if i%4 != 0 {
			targets = append(targets, e)
		}
	}
	m := f.message(a, targets)
	falling := reversed(cursors(targets, func(e hook.Endpoint) id.ID { return e.ID }))

	turnPages(t, falling, destinationID, f.destinationsOf(m))
}

// stand is a way that a delivery can stand: how it comes there and how it shows.
type stand struct {
	reach  func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery
	status store.Status
}

func stands() map[string]stand {
	return map[string]stand{
		"in memory": {func(*fixture, hook.Message, hook.Endpoint) hook.Delivery {
			return hook.Delivery{State: hook.Sending}
		}, store.StatusPending},
		"delivered": {func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery {
			f.attempt(m, e, hook.Succeeded)
			return hook.Delivery{State: hook.Delivered, Attempts: 1}
		}, store.StatusSuccess},
		"waiting": {func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery {
			due := f.now.Add(time.Hour)
			f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Waiting, DueAt: due})
			return hook.Delivery{State: hook.Waiting, DueAt: due, Attempts: 1}
		}, store.StatusPending},
		"exhausted": {func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery {
			f.settle(m, e, hook.Gone, hook.Delivery{State: hook.Exhausted})
			return hook.Delivery{State: hook.Exhausted, Attempts: 1}
		}, store.StatusFailed},
		"canceled": {func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery {
			f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Canceled, Reason: hook.ReasonDisabled})
			return hook.Delivery{State: hook.Canceled, Attempts: 1, Reason: hook.ReasonDisabled}
		}, store.StatusCanceled},
		"leased": {func(f *fixture, m hook.Message, e hook.Endpoint) hook.Delivery {
			f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Waiting, DueAt: f.now})
			leased, err := f.Lease(f.t.Context(), e.Key, f.now, 1)
			check(f.t, err)
			equal(f.t, len(leased), 1)
			return hook.Delivery{State: hook.Sending, DueAt: leased[0].Delivery.DueAt, Attempts: 1}
		}, store.StatusSending},
	}
}

func destinationStands(t *testing.T, f *fixture) {
	a := f.application()
	for name, way := range stands() {
		e := f.endpoint(a, fullEndpoint, func(e *hook.Endpoint) { e.UID = name })
		m := f.message(a, []hook.Endpoint{e})
		want := way.reach(f, m, e)
		want.ApplicationKey, want.MessageKey, want.EndpointKey = a.Key, m.Key, e.Key

		got, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})

		check(t, err)
		equal(t, got.Items, []store.Destination{{Endpoint: e, Delivery: want, Status: way.status}})
	}
}

func destinationByReplay(t *testing.T, f *fixture) {
	a := f.application()
	f.endpoint(a)
	target, attempted, replayed := f.endpoint(a), f.endpoint(a), f.endpoint(a)
	m := f.message(a, []hook.Endpoint{target})
	f.attempt(m, attempted, hook.Succeeded)
	d := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: replayed.Key, State: hook.Exhausted}
	check(t, f.Replay(t.Context(), d.Replay(f.now)))

	got, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})

	check(t, err)
	equal(t, cursors(got.Items, destinationID), []id.ID{replayed.ID, attempted.ID, target.ID})
	equal(t, got.Items[0].Delivery.Trigger, hook.Manual)
}

// deleteEndpoint removes an endpoint.
func (f *fixture) deleteEndpoint(e hook.Endpoint) {
	f.t.Helper()
	_, err := f.DeleteEndpoint(f.t.Context(), e.ApplicationKey, byID(e.ID))
	check(f.t, err)
}

func destinationDeleted(t *testing.T, f *fixture) {
	a := f.application()
	all := f.endpoints(a, 12)
	var targets []hook.Endpoint
	for i, e := range all {
		if i%4 != 0 {
			targets = append(targets, e)
		}
	}
	m := f.message(a, targets)
	for i, e := range all {
		if i%3 != 0 {
			f.deleteEndpoint(e)
		}
	}
	falling := reversed(cursors(targets, func(e hook.Endpoint) id.ID { return e.ID }))

	turnPages(t, falling, destinationID, f.destinationsOf(m))
}

func destinationDeletedFields(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a, fullEndpoint)
	m := f.message(a, []hook.Endpoint{e})
	f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	f.deleteEndpoint(e)

	got, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})

	check(t, err)
	equal(t, len(got.Items), 1)
	deleted := got.Items[0].DeletedAt
	if deleted.Before(e.CreatedAt) {
		t.Errorf("deleted at %s, created at %s", deleted, e.CreatedAt)
	}
	equal(t, got.Items[0], store.Destination{
		Endpoint: hook.Endpoint{
			Key: e.Key, ApplicationKey: a.Key, ID: e.ID, UID: e.UID, URL: e.URL, Description: e.Description,
			Metadata: map[string]string{}, Disabled: true, CreatedAt: e.CreatedAt, UpdatedAt: deleted,
		},
		DeletedAt: deleted, Status: store.StatusFailed,
		Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key, State: hook.Exhausted, Attempts: 1},
	})
}

func destinationDeletedUID(t *testing.T, f *fixture) {
	a := f.application()
	named := func(e *hook.Endpoint) { e.UID = "orders" }
	first := f.endpoint(a, named)
	m := f.message(a, []hook.Endpoint{first})
	f.deleteEndpoint(first)
	second := f.endpoint(a, named)
	f.deleteEndpoint(second)
	third := f.endpoint(a, named)

	_, err := f.Endpoint(t.Context(), a.Key, byID(first.ID))
	missing(t, err)
	found, err := f.Endpoint(t.Context(), a.Key, byUID("orders"))
	check(t, err)
	listed, err := f.ListEndpoints(t.Context(), a.Key, store.Page[id.ID]{Limit: 5})
	check(t, err)
	got, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 5})
	check(t, err)

	equal(t, found.ID, third.ID)
	equal(t, cursors(listed.Items, func(e hook.Endpoint) id.ID { return e.ID }), []id.ID{third.ID})
	equal(t, cursors(got.Items, destinationID), []id.ID{first.ID})
}

// destinationIDAgain: an import from another system keeps ids, and may bring back what was deleted.
func destinationIDAgain(t *testing.T, f *fixture) {
	a := f.application()
	first := f.endpoint(a)
	sameID := func(e *hook.Endpoint) { e.ID = first.ID }
	f.deleteEndpoint(first)
	second := f.endpoint(a, sameID)
	m := f.message(a, []hook.Endpoint{first, second})
	page := store.Page[id.ID]{Limit: 5}

	existing, err := f.Destinations(t.Context(), m, page)
	check(t, err)
	f.deleteEndpoint(second)
	deleted, err := f.Destinations(t.Context(), m, page)
	check(t, err)

	for _, list := range []store.List[store.Destination, id.ID]{existing, deleted} {
		equal(t, cursors(list.Items, func(d store.Destination) hook.Key { return d.Endpoint.Key }), []hook.Key{second.Key})
	}
	equal(t, []bool{existing.Items[0].DeletedAt.IsZero(), deleted.Items[0].DeletedAt.IsZero()}, []bool{true, false})
}

func destinationDeletedApplication(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	gone, kept := f.endpoint(one), f.endpoint(other)
	ofOne, ofOther := f.message(one, []hook.Endpoint{gone}), f.message(other, []hook.Endpoint{kept})
	f.deleteEndpoint(gone)
	f.deleteEndpoint(kept)

	_, err := f.DeleteApplication(t.Context(), byID(one.ID))

	check(t, err)
	none, err := f.Destinations(t.Context(), ofOne, store.Page[id.ID]{Limit: 5})
	check(t, err)
	still, err := f.Destinations(t.Context(), ofOther, store.Page[id.ID]{Limit: 5})
	check(t, err)
	equal(t, cursors(none.Items, destinationID), []id.ID{})
	equal(t, cursors(still.Items, destinationID), []id.ID{kept.ID})
}

type endpointMessagePage func(store.Page[id.ID]) (store.List[store.EndpointMessage, id.ID], error)

func (f *fixture) messagesAt(e hook.Endpoint, filter store.AttemptFilter) endpointMessagePage {
	return func(page store.Page[id.ID]) (store.List[store.EndpointMessage, id.ID], error) {
		return f.MessagesByEndpoint(f.t.Context(), e, filter, page)
	}
}

func messageIDAt(m store.EndpointMessage) id.ID { return m.Message.ID }

// got returns the messages of a list, newest first attempt first.
func (f *fixture) got(list endpointMessagePage) []id.ID {
	f.t.Helper()
	all, _ := readAll(f.t, store.Page[id.ID]{Limit: 2}, messageIDAt, list)
	return all
}

func endpointMessagePages(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	first := map[id.ID]id.ID{} // the first attempt of each message
	var falling []id.ID
	var published []hook.Message
	for range 8 {
		m := f.message(a, []hook.Endpoint{e, other})
		published = append(published, m)
		f.attempt(m, other, hook.Succeeded)
		first[m.ID] = f.attempt(m, e, hook.Failed).ID
		falling = append([]id.ID{first[m.ID]}, falling...)
	}
	for i, m := range slices.Backward(published) {
		if i%3 != 0 {
			f.attempt(m, e, hook.Failed, func(a *hook.Attempt) { a.Number = 2 })
		}
	}

	turnPages(t, falling, func(m store.EndpointMessage) id.ID { return first[m.Message.ID] }, f.messagesAt(e, store.AttemptFilter{}))
}

func endpointMessageStands(t *testing.T, f *fixture) {
	a := f.application()
	for name, way := range stands() {
		if name == "in memory" {
			continue // not attempted yet, so not in this list
		}
		e := f.endpoint(a)
		m := f.message(a, []hook.Endpoint{e})
		want := way.reach(f, m, e)
		want.ApplicationKey, want.MessageKey, want.EndpointKey = a.Key, m.Key, e.Key

		got, err := f.messagesAt(e, store.AttemptFilter{WithContent: true})(store.Page[id.ID]{Limit: 5})

		check(t, err)
		equal(t, got.Items, []store.EndpointMessage{{Message: m, Delivery: want, Status: way.status}})
	}
}

func endpointMessageFilter(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	fine := f.message(a, []hook.Endpoint{e}, func(m *hook.Message) { m.EventType, m.Channels, m.Tags = "paid", []string{"eu"}, []string{"vip"} })
	f.attempt(fine, e, hook.Failed)
	second := f.attempt(fine, e, hook.Succeeded)
	lost := f.message(a, []hook.Endpoint{e}, func(m *hook.Message) { m.EventType = "sent" })
	f.settle(lost, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	dropped := f.message(a, []hook.Endpoint{e}, func(m *hook.Message) { m.EventType = "sent" })
	f.settle(dropped, e, hook.Failed, hook.Delivery{State: hook.Canceled, Reason: hook.ReasonDisabled})
	class := 500
	clear := hook.Delivery{ApplicationKey: a.Key, MessageKey: fine.Key, EndpointKey: e.Key}
	f.drop(clear)

	for _, one := range []struct {
		filter store.AttemptFilter
		want   []id.ID
	}{
		{store.AttemptFilter{}, []id.ID{dropped.ID, lost.ID, fine.ID}},
		{store.AttemptFilter{Statuses: []store.Status{store.StatusSuccess}}, []id.ID{fine.ID}},
		{store.AttemptFilter{Statuses: []store.Status{store.StatusFailed}}, []id.ID{lost.ID}},
		{store.AttemptFilter{Statuses: []store.Status{store.StatusFailed, store.StatusCanceled}}, []id.ID{dropped.ID, lost.ID}},
		{store.AttemptFilter{StatusClass: &class}, []id.ID{dropped.ID, lost.ID}},
		{store.AttemptFilter{EventTypes: []string{"paid"}}, []id.ID{fine.ID}},
		{store.AttemptFilter{Channel: "eu"}, []id.ID{fine.ID}},
		{store.AttemptFilter{Tag: "vip"}, []id.ID{fine.ID}},
		{store.AttemptFilter{After: second.StartedAt.Add(time.Microsecond)}, []id.ID{dropped.ID, lost.ID}},
		{store.AttemptFilter{Before: second.StartedAt}, []id.ID{fine.ID}},
	} {
		equal(t, f.got(f.messagesAt(e, one.filter)), one.want)
	}
}

// drop ends a waiting delivery well, so that it has no row of its own any more.
func (f *fixture) drop(d hook.Delivery) {
	f.t.Helper()
	leased, err := f.Lease(f.t.Context(), d.EndpointKey, f.now.Add(2*time.Hour), 1)
	check(f.t, err)
	equal(f.t, len(leased), 1)
	d.State = hook.Delivered
	check(f.t, f.Settle(f.t.Context(), store.Settlement{Delivery: d}))
}

func endpointMessageContent(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.attempt(m, e, hook.Succeeded)

	without, err := f.messagesAt(e, store.AttemptFilter{})(store.Page[id.ID]{Limit: 5})
	check(t, err)
	with, err := f.messagesAt(e, store.AttemptFilter{WithContent: true})(store.Page[id.ID]{Limit: 5})
	check(t, err)

	equal(t, with.Items[0].Message, m)
	equal(t, without.Items[0].Message.Payload == nil, true)
	equal(t, without.Items[0].Message.ID, m.ID)
}
