package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func endpoints() []test {
	return []test{
		{"what was created is found by id and by uid", endpointIsFound},
		{"what was created is found by its key, within its application", endpointByKey},
		{"what is not there is not found", endpointIsMissing},
		{"an endpoint needs its application", endpointNeedsApplication},
		{"a uid belongs to one endpoint of an application", endpointUIDIsTaken},
		{"no list of event types or channels is not an empty one", endpointWantsAll},
		{"all endpoints of an application come rising by key", endpointsOfApplication},
		{"an update stores what changed", endpointUpdate},
		{"an update whose change fails changes nothing", endpointUpdateFails},
		{"updates at once see each other's changes", endpointUpdatesAtOnce},
		{"a deleted endpoint is returned and gone", endpointDeletion},
		{"the attempts of a deleted endpoint stay readable through their messages", endpointDeletionKeepsAttempts},
		{"pages go both ways in both orders", endpointPages},
	}
}

func endpointByKey(t *testing.T, f *fixture) {
	of, other := f.application(), f.application()
	want := f.endpoint(of, fullEndpoint)

	got, err := f.EndpointByKey(t.Context(), of.Key, want.Key)

	check(t, err)
	equal(t, got, want)
	_, err = f.EndpointByKey(t.Context(), other.Key, want.Key)
	missing(t, err)
}

// fullEndpoint sets everything that an endpoint can have.
func fullEndpoint(e *hook.Endpoint) {
	e.UID, e.Description = "orders", "for <orders>"
	e.EventTypes, e.Channels = []string{"order.paid", "order.sent"}, []string{"eu", "b-2"}
	e.RateLimit, e.Metadata = 12, map[string]string{"team": "blue"}
	e.Disabled, e.DisabledReason, e.FailingSince = true, hook.DisabledGone, e.CreatedAt.Add(time.Second)
	e.Secrets = []hook.EndpointSecret{
		{Sealed: []byte{0, 1, 255}}, {Sealed: []byte("old"), ExpiresAt: e.CreatedAt.Add(time.Hour)},
	}
	e.Headers, e.Credentials = []byte{1, 0, 2}, []byte{3, 0}
}

func endpointIsFound(t *testing.T, f *fixture) {
	a := f.application()
	var want hook.Endpoint
	stored := f.endpoint(a, fullEndpoint, func(e *hook.Endpoint) { want = *e })
	want.Key = stored.Key

	one, err := f.Endpoint(t.Context(), a.Key, byID(want.ID))
	check(t, err)
	other, err := f.Endpoint(t.Context(), a.Key, byUID("orders"))
	check(t, err)

	equal(t, []hook.Endpoint{stored, one, other}, []hook.Endpoint{want, want, want})
	equal(t, want.Key > 0, true)
}

func endpointIsMissing(t *testing.T, f *fixture) {
	a, other := f.application(), f.application()
	e := f.endpoint(other, fullEndpoint)
	nothing := func(*hook.Endpoint) error { return nil }

	for _, ref := range []store.Ref{byID(e.ID), byUID("orders"), byUID(""), byUID(impossible()[0]), byUID(impossible()[1])} {
		_, err := f.Endpoint(t.Context(), a.Key, ref)
		missing(t, err)
		_, err = f.UpdateEndpoint(t.Context(), a.Key, ref, nothing)
		missing(t, err)
		_, err = f.DeleteEndpoint(t.Context(), a.Key, ref)
		missing(t, err)
	}
}

func endpointNeedsApplication(t *testing.T, f *fixture) {
	now, made := f.tick()

	_, err := f.CreateEndpoint(t.Context(), hook.Endpoint{ApplicationKey: 4711, ID: made, CreatedAt: now, UpdatedAt: now})

	missing(t, err)
}

func endpointUIDIsTaken(t *testing.T, f *fixture) {
	a := f.application()
	f.endpoint(a, fullEndpoint)
	second := f.endpoint(a)
	now, made := f.tick()

	_, err := f.CreateEndpoint(t.Context(), hook.Endpoint{ApplicationKey: a.Key, ID: made, UID: "orders", CreatedAt: now, UpdatedAt: now})
	refused(t, err, fault.Conflict, "taken")
	_, err = f.UpdateEndpoint(t.Context(), a.Key, byID(second.ID), func(e *hook.Endpoint) error {
		e.UID = "orders"
		return nil
	})
	refused(t, err, fault.Conflict, "taken")

	all, err := f.EndpointsOf(t.Context(), a.Key)
	check(t, err)
	equal(t, len(all), 2)
	equal(t, all[1], second)
}

func endpointWantsAll(t *testing.T, f *fixture) {
	e := f.endpoint(f.application())

	equal(t, e.EventTypes == nil, true)
	equal(t, e.Channels == nil, true)
	equal(t, e.Wants("anything", nil), true)
}

func endpointsOfApplication(t *testing.T, f *fixture) {
	a := f.application()
	f.endpoint(f.application())
	want := f.endpoints(a, 5)

	all, err := f.EndpointsOf(t.Context(), a.Key)

	check(t, err)
	equal(t, all, want)
	equal(t, slices.IsSortedFunc(all, func(a, b hook.Endpoint) int { return int(a.Key - b.Key) }), true)
	none, err := f.EndpointsOf(t.Context(), 4711)
	check(t, err)
	equal(t, len(none), 0)
}

func endpointUpdate(t *testing.T, f *fixture) {
	a := f.application()
	before := f.endpoint(a)
	want := before
	fullEndpoint(&want)
	want.URL, want.UpdatedAt = "https://example.org/", before.UpdatedAt.Add(time.Minute)

	updated, err := f.UpdateEndpoint(t.Context(), a.Key, byID(before.ID), func(e *hook.Endpoint) error {
		equal(t, *e, before)
		*e = want
		return nil
	})

	check(t, err)
	stored, err := f.Endpoint(t.Context(), a.Key, byUID("orders"))
	check(t, err)
	equal(t, []hook.Endpoint{updated, stored}, []hook.Endpoint{want, want})
}

func endpointUpdateFails(t *testing.T, f *fixture) {
	a := f.application()
	before := f.endpoint(a)
	reason := errors.New("changed my mind")

	_, err := f.UpdateEndpoint(t.Context(), a.Key, byID(before.ID), func(e *hook.Endpoint) error {
		fullEndpoint(e)
		return reason
	})

	equal(t, errors.Is(err, reason), true)
	stored, err := f.Endpoint(t.Context(), a.Key, byID(before.ID))
	check(t, err)
	equal(t, stored, before)
}

// endpointUpdatesAtOnce changes the URL and the headers of an endpoint at the same time. Whichever is first, the change
// of the URL must see headers that the other one stored before it.
func endpointUpdatesAtOnce(t *testing.T, f *fixture) {
	a := f.application()
	for range 20 {
		e := f.endpoint(a)
		changes := []func(*hook.Endpoint){
			func(e *hook.Endpoint) { e.URL, e.Headers = "https://example.org/", nil },
			func(e *hook.Endpoint) { e.Headers = []byte("for " + e.URL) },
		}

		atOnce(t, len(changes), func(i int) error {
			_, err := f.UpdateEndpoint(t.Context(), a.Key, byID(e.ID), func(e *hook.Endpoint) error {
				changes[i](e)
				return nil
			})
			return err
		})

		stored, err := f.Endpoint(t.Context(), a.Key, byID(e.ID))
		check(t, err)
		if headers := string(stored.Headers); headers != "" && headers != "for "+stored.URL {
			t.Errorf("headers %q are with %s", headers, stored.URL)
		}
	}
}

func endpointDeletion(t *testing.T, f *fixture) {
	a := f.application()
	gone, kept := f.endpoint(a, fullEndpoint), f.endpoint(a)

	removed, err := f.DeleteEndpoint(t.Context(), a.Key, byUID("orders"))

	check(t, err)
	equal(t, removed, gone)
	all, err := f.EndpointsOf(t.Context(), a.Key)
	check(t, err)
	equal(t, all, []hook.Endpoint{kept})
	next := f.endpoint(a, fullEndpoint)
	equal(t, next.Key > gone.Key, true)
}

func endpointDeletionKeepsAttempts(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	made := f.attempt(m, e, hook.Failed)

	_, err := f.DeleteEndpoint(t.Context(), a.Key, byID(e.ID))

	check(t, err)
	record, err := f.Attempt(t.Context(), m, made.ID)
	check(t, err)
	equal(t, record, store.AttemptRecord{Attempt: made, Message: topicOf(m), EndpointID: e.ID})
	list, err := f.AttemptsByMessage(t.Context(), m, store.AttemptFilter{WithContent: true}, store.Page[id.ID]{Limit: 5})
	check(t, err)
	equal(t, list.Items, []store.AttemptRecord{record})
}

func endpointPages(t *testing.T, f *fixture) {
	a := f.application()
	f.endpoint(f.application())
	falling := cursors(f.endpoints(a, 11), func(e hook.Endpoint) id.ID { return e.ID })
	slices.Reverse(falling)

	turnPages(t, falling, func(e hook.Endpoint) id.ID { return e.ID },
		func(page store.Page[id.ID]) (store.List[hook.Endpoint, id.ID], error) {
			return f.ListEndpoints(t.Context(), a.Key, page)
		})
}
