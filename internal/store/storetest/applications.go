package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func applications() []test {
	return []test{
		{"what was created is found by id, by uid and by key", applicationIsFound},
		{"what is not there is not found", applicationIsMissing},
		{"a uid belongs to one application", applicationUIDIsTaken},
		{"applications without a uid do not collide", applicationsWithoutUID},
		{"an update stores what changed", applicationUpdate},
		{"an update whose change fails changes nothing", applicationUpdateFails},
		{"an update to a taken uid changes nothing", applicationUpdateTaken},
		{"updates at the same time do not lose each other", applicationUpdatesAtOnce},
		{"a deletion takes endpoints and tokens along", applicationDeletion},
		{"a deletion ends what waits", applicationDeletionEndsWork},
		{"a deleted uid may be used again", applicationUIDIsFreed},
		{"pages go both ways in both orders", applicationPages},
		{"applications without endpoints, or with disabled ones only, can be left out", applicationFilter},
	}
}

func applicationIsFound(t *testing.T, f *fixture) {
	want := f.application(func(a *hook.Application) {
		a.UID, a.Name, a.RateLimit = "acme-1", `Ac"me & söns`, 17
		a.Metadata = map[string]string{"plan": "gold", "e": ""}
	})

	byID, err := f.Application(t.Context(), byID(want.ID))
	check(t, err)
	byUID, err := f.Application(t.Context(), byUID("acme-1"))
	check(t, err)
	byKey, err := f.ApplicationByKey(t.Context(), want.Key)
	check(t, err)

	equal(t, []hook.Application{byID, byUID, byKey}, []hook.Application{want, want, want})
	equal(t, want.Key > 0, true)
	equal(t, want.Metadata, map[string]string{"plan": "gold", "e": ""})
}

func applicationIsMissing(t *testing.T, f *fixture) {
	f.application()
	_, unknown := f.tick()

	_, err := f.Application(t.Context(), byID(unknown))
	missing(t, err)
	_, err = f.Application(t.Context(), byUID("nobody"))
	missing(t, err)
	for _, text := range append(impossible(), "") {
		_, err = f.Application(t.Context(), byUID(text))
		missing(t, err)
	}
	_, err = f.ApplicationByKey(t.Context(), 4711)
	missing(t, err)
	_, err = f.UpdateApplication(t.Context(), byUID("nobody"), func(*hook.Application) error { return nil })
	missing(t, err)
	_, err = f.DeleteApplication(t.Context(), byID(unknown))
	missing(t, err)
}

func applicationUIDIsTaken(t *testing.T, f *fixture) {
	first := f.application(func(a *hook.Application) { a.UID = "acme" })
	now, made := f.tick()

	_, err := f.CreateApplication(t.Context(), hook.Application{ID: made, UID: "acme", Name: "Other", CreatedAt: now, UpdatedAt: now})

	refused(t, err, fault.Conflict, "taken")
	got, err := f.Application(t.Context(), byUID("acme"))
	check(t, err)
	equal(t, got, first)
}

func applicationsWithoutUID(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()

	equal(t, one.UID+other.UID, "")
	equal(t, one.Key != other.Key, true)
}

func applicationUpdate(t *testing.T, f *fixture) {
	before := f.application(func(a *hook.Application) { a.UID = "old" })
	want := before
	want.UID, want.Name, want.RateLimit, want.Metadata = "", "New", 3, map[string]string{"k": "v"}
	want.UpdatedAt = before.UpdatedAt.Add(time.Minute)

	updated, err := f.UpdateApplication(t.Context(), byUID("old"), func(a *hook.Application) error {
		equal(t, *a, before)
		*a = want
		return nil
	})

	check(t, err)
	equal(t, updated, want)
	stored, err := f.Application(t.Context(), byID(before.ID))
	check(t, err)
	equal(t, stored, want)
	_, err = f.Application(t.Context(), byUID("old"))
	missing(t, err)
}

func applicationUpdateFails(t *testing.T, f *fixture) {
	before := f.application()
	reason := errors.New("changed my mind")

	_, err := f.UpdateApplication(t.Context(), byID(before.ID), func(a *hook.Application) error {
		a.Name = "Never"
		return reason
	})

	equal(t, errors.Is(err, reason), true)
	stored, err := f.Application(t.Context(), byID(before.ID))
	check(t, err)
	equal(t, stored, before)
}

func applicationUpdateTaken(t *testing.T, f *fixture) {
	f.application(func(a *hook.Application) { a.UID = "taken" })
	before := f.application(func(a *hook.Application) { a.UID = "mine" })

	_, err := f.UpdateApplication(t.Context(), byID(before.ID), func(a *hook.Application) error {
		a.UID, a.Name = "taken", "Never"
		return nil
	})

	refused(t, err, fault.Conflict, "taken")
	stored, err := f.Application(t.Context(), byID(before.ID))
	check(t, err)
	equal(t, stored, before)
}

func applicationUpdatesAtOnce(t *testing.T, f *fixture) {
	a := f.application()

	atOnce(t, 20, func(int) error {
		_, err := f.UpdateApplication(t.Context(), byID(a.ID), func(a *hook.Application) error {
			a.RateLimit++
			return nil
		})
		return err
	})

	stored, err := f.Application(t.Context(), byID(a.ID))
	check(t, err)
	equal(t, stored.RateLimit, 20)
}

func applicationDeletion(t *testing.T, f *fixture) {
	gone, kept := f.application(func(a *hook.Application) { a.UID = "gone" }), f.application()
	goneEndpoint, keptEndpoint := f.endpoint(gone), f.endpoint(kept)
	goneToken, keptToken, serverToken := f.token(gone.Key), f.token(kept.Key), f.token(0)

	removed, err := f.DeleteApplication(t.Context(), byUID("gone"))

	check(t, err)
	equal(t, removed, gone)
	_, err = f.ApplicationByKey(t.Context(), gone.Key)
	missing(t, err)
	_, err = f.Endpoint(t.Context(), gone.Key, byID(goneEndpoint.ID))
	missing(t, err)
	_, err = f.TokenByHash(t.Context(), goneToken.Hash)
	missing(t, err)
	_, err = f.Endpoint(t.Context(), kept.Key, byID(keptEndpoint.ID))
	check(t, err)
	for _, token := range []hook.Token{keptToken, serverToken} {
		_, err = f.TokenByHash(t.Context(), token.Hash)
		check(t, err)
	}
}

func applicationDeletionEndsWork(t *testing.T, f *fixture) {
	gone, kept := f.application(), f.application()
	goneEndpoint, keptEndpoint := f.endpoint(gone), f.endpoint(kept)
	f.attempt(f.message(gone, []hook.Endpoint{goneEndpoint}), goneEndpoint, hook.Failed)
	f.attempt(f.message(kept, []hook.Endpoint{keptEndpoint}), keptEndpoint, hook.Failed)

	_, err := f.DeleteApplication(t.Context(), byID(gone.ID))

	check(t, err)
	waiting, err := f.Waiting(t.Context(), 0, 10)
	check(t, err)
	equal(t, cursors(waiting, func(w store.Waiting) hook.Key { return w.EndpointKey }), []hook.Key{keptEndpoint.Key})
}

func applicationUIDIsFreed(t *testing.T, f *fixture) {
	gone := f.application(func(a *hook.Application) { a.UID = "acme" })
	_, err := f.DeleteApplication(t.Context(), byID(gone.ID))
	check(t, err)

	next := f.application(func(a *hook.Application) { a.UID = "acme" })

	equal(t, next.Key != gone.Key, true)
}

func applicationPages(t *testing.T, f *fixture) {
	var falling []id.ID
	for i := range 13 {
		a := f.application(func(a *hook.Application) { a.UID = fmt.Sprint("uid-", i) })
		falling = append(falling, a.ID)
	}
	slices.Reverse(falling)

	turnPages(t, falling, func(a hook.Application) id.ID { return a.ID },
		func(page store.Page[id.ID]) (store.List[hook.Application, id.ID], error) {
			return f.ListApplications(t.Context(), store.ApplicationFilter{}, page)
		})
}

func applicationFilter(t *testing.T, f *fixture) {
	without, disabled, enabled := f.application(), f.application(), f.application()
	off := f.endpoint(disabled)
	f.endpoint(enabled)
	_, err := f.UpdateEndpoint(t.Context(), disabled.Key, byID(off.ID), func(e *hook.Endpoint) error { e.Disabled = true; return nil })
	check(t, err)

	for _, c := range []struct {
		filter store.ApplicationFilter
		want   []id.ID
	}{
		{store.ApplicationFilter{}, []id.ID{without.ID, disabled.ID, enabled.ID}},
		{store.ApplicationFilter{WithEndpoints: true}, []id.ID{disabled.ID, enabled.ID}},
		{store.ApplicationFilter{NotAllDisabled: true}, []id.ID{without.ID, enabled.ID}},
		{store.ApplicationFilter{WithEndpoints: true, NotAllDisabled: true}, []id.ID{enabled.ID}},
	} {
		list, err := f.ListApplications(t.Context(), c.filter, store.Page[id.ID]{Limit: 10, Ascending: true})
		check(t, err)
		equal(t, cursors(list.Items, func(a hook.Application) id.ID { return a.ID }), c.want)
	}
}
