package storetest

import (
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func tenancy() []test {
	return []test{
		{"the same endpoint uid in two applications names two endpoints", tenancyOfUIDs},
		{"the same event id in two applications names two messages", tenancyOfEventIDs},
		{"an application cannot reach what belongs to another by id", tenancyOfIDs},
		{"lists show what belongs to the application", tenancyOfLists},
	}
}

func tenancyOfUIDs(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	mine, theirs := f.endpoint(one, fullEndpoint), f.endpoint(other, fullEndpoint)

	_, err := f.DeleteEndpoint(t.Context(), one.Key, byUID("orders"))
	check(t, err)

	_, err = f.Endpoint(t.Context(), one.Key, byID(mine.ID))
	missing(t, err)
	got, err := f.Endpoint(t.Context(), other.Key, byUID("orders"))
	check(t, err)
	equal(t, got, theirs)
}

func tenancyOfEventIDs(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	named := func(m *hook.Message) { m.EventID = "evt-1" }
	mine, theirs := f.message(one, nil, named), f.message(other, nil, named)

	check(t, f.ExpungeMessage(t.Context(), one.Key, byUID("evt-1")))

	got, err := f.Message(t.Context(), one.Key, byUID("evt-1"))
	check(t, err)
	equal(t, got.ID, mine.ID)
	equal(t, got.Payload == nil, true)
	got, err = f.Message(t.Context(), other.Key, byUID("evt-1"))
	check(t, err)
	equal(t, got, theirs)
}

func tenancyOfIDs(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	theirs := f.message(other, nil)

	_, err := f.Message(t.Context(), one.Key, byID(theirs.ID))

	missing(t, err)
	missing(t, f.ExpungeMessage(t.Context(), one.Key, byID(theirs.ID)))
	got, err := f.Message(t.Context(), other.Key, byID(theirs.ID))
	check(t, err)
	equal(t, got, theirs)
}

func tenancyOfLists(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	mine := f.message(one, f.endpoints(one, 1))
	f.message(other, f.endpoints(other, 1))
	page := store.Page[id.ID]{Limit: 10}

	messages, err := f.Messages(t.Context(), one.Key, store.MessageFilter{}, page)
	check(t, err)
	endpoints, err := f.ListEndpoints(t.Context(), one.Key, page)
	check(t, err)
	destinations, err := f.Destinations(t.Context(), mine, page)
	check(t, err)

	equal(t, cursors(messages.Items, messageID), []id.ID{mine.ID})
	equal(t, cursors(endpoints.Items, func(e hook.Endpoint) hook.Key { return e.ApplicationKey }), []hook.Key{one.Key})
	equal(t, cursors(destinations.Items, func(d store.Destination) hook.Key { return d.Endpoint.ApplicationKey }), []hook.Key{one.Key})
}
