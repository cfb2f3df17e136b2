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

func sources() []test {
	return []test{
		{"what was created is found by id, by uid, by key and by address", sourceIsFound},
		{"what is not there is not found", sourceIsMissing},
		{"a source belongs to an application that is there", sourceNeedsApplication},
		{"a uid belongs to one source of an application, an address to one", sourceIsTaken},
		{"a uid without an application names the source with one of its own, or the only one", sourceOfAUID},
		{"an update stores what changed, also the address", sourceUpdate},
		{"an update whose change fails changes nothing", sourceUpdateFails},
		{"updates at the same time do not lose each other", sourceUpdatesAtOnce},
		{"a deleted source is gone, and its uid may be used again", sourceDeletion},
		{"a deletion of an application takes its sources along", sourceGoesWithApplication},
		{"pages go both ways in both orders", sourcePages},
	}
}

// source stores a source of the application.
func (f *fixture) source(of hook.Application, with ...func(*hook.Source)) hook.Source {
	f.t.Helper()
	stored, err := f.CreateSource(f.t.Context(), f.newSource(of, with...))
	check(f.t, err)
	return stored
}

func (f *fixture) newSource(of hook.Application, with ...func(*hook.Source)) hook.Source {
	now, made := f.tick()
	s := hook.Source{ApplicationKey: of.Key, ID: made, Name: "GitHub", Provider: "github", URLSealed: []byte("sealed"),
		Secrets: []hook.SourceSecret{{Sealed: []byte("sealed")}}, CreatedAt: now, UpdatedAt: now}
	copy(s.URLHash[:], made[:])
	for _, change := range with {
		change(&s)
	}
	return s
}

func fullSource(s *hook.Source) {
	until := s.CreatedAt.Add(time.Hour)
	s.UID, s.Name = "hub-1", `Git"Hub & söns`
	s.Options = map[string]string{"header": "X-Hub", "e": ""}
	s.Metadata = map[string]string{"team": "blue"}
	s.Secrets = []hook.SourceSecret{{Sealed: []byte{0, 1, 2}}, {Sealed: []byte("old"), ExpiresAt: until}}
	s.Disabled = true
	s.Rules = hook.SourceRules{Methods: []string{"POST"}, ContentTypes: []string{"application/json"}, MaxBody: 1 << 33, RateLimit: 7,
		Answer:  hook.Answer{Status: 202, ContentType: "text/plain", Body: "thanks"},
		Dedupe:  hook.Dedupe{By: "header:X-Id", Window: time.Hour},
		Forward: hook.Forward{EventTypes: []string{"push"}, Prefix: "github.", Headers: []string{"*"}, Channels: []string{"one"}},
		Keep:    hook.Keep{New: time.Hour, Done: time.Minute, Failed: time.Second}}
}

func sourceIsFound(t *testing.T, f *fixture) {
	a := f.application()
	f.source(a)
	want := f.source(a, fullSource)

	byID, err := f.Source(t.Context(), 0, byID(want.ID))
	check(t, err)
	byUID, err := f.Source(t.Context(), 0, byUID("hub-1"))
	check(t, err)
	byKey, err := f.SourceByKey(t.Context(), want.Key)
	check(t, err)
	byURL, err := f.SourceByURL(t.Context(), want.URLHash)
	check(t, err)

	equal(t, []hook.Source{byID, byUID, byKey, byURL}, []hook.Source{want, want, want, want})
	asked := f.newSource(a, fullSource)
	equal(t, want.Rules, asked.Rules)
	equal(t, want.Options, asked.Options)
	equal(t, len(want.Secrets), 2)
	equal(t, want.Key > 0, true)
}

func sourceIsMissing(t *testing.T, f *fixture) {
	f.source(f.application())
	_, unknown := f.tick()

	_, err := f.Source(t.Context(), 0, byID(unknown))
	missing(t, err)
	for _, text := range append(impossible(), "", "nobody") {
		_, err = f.Source(t.Context(), 0, byUID(text))
		missing(t, err)
	}
	_, err = f.SourceByKey(t.Context(), 4711)
	missing(t, err)
	_, err = f.SourceByURL(t.Context(), [32]byte{1})
	missing(t, err)
	_, err = f.UpdateSource(t.Context(), byUID("nobody"), func(*hook.Source) error { return nil })
	missing(t, err)
	_, err = f.DeleteSource(t.Context(), byID(unknown))
	missing(t, err)
}

func sourceNeedsApplication(t *testing.T, f *fixture) {
	_, err := f.CreateSource(t.Context(), f.newSource(hook.Application{Key: 4711}))

	missing(t, err)
}

func sourceIsTaken(t *testing.T, f *fixture) {
	hub := func(s *hook.Source) { s.UID = "hub" }
	a, other := f.application(), f.application()
	first, second := f.source(a, hub), f.source(a)

	_, err := f.CreateSource(t.Context(), f.newSource(a, hub))
	refused(t, err, fault.Conflict, "taken")
	_, err = f.CreateSource(t.Context(), f.newSource(other, func(s *hook.Source) { s.URLHash = first.URLHash }))
	refused(t, err, fault.Conflict, "taken")
	_, err = f.UpdateSource(t.Context(), byID(second.ID), func(s *hook.Source) error { s.UID = "hub"; return nil })
	refused(t, err, fault.Conflict, "taken")

	foreign := f.source(other, hub)
	for _, want := range []hook.Source{first, foreign} {
		got, err := f.Source(t.Context(), want.ApplicationKey, byUID("hub"))
		check(t, err)
		equal(t, got, want)
	}
	_, err = f.Source(t.Context(), other.Key, byID(first.ID))
	missing(t, err)
	_, err = f.Source(t.Context(), f.application().Key, byUID("hub"))
	missing(t, err)
}

func sourceOfAUID(t *testing.T, f *fixture) {
	hub := func(s *hook.Source) { s.UID = "hub" }
	first := f.source(f.application(), hub)
	same := func(want hook.Source) {
		got, err := f.Source(t.Context(), 0, byUID("hub"))
		check(t, err)
		equal(t, got, want)
	}
	same(first)

	f.source(f.application(), hub)
	_, err := f.Source(t.Context(), 0, byUID("hub"))
	refused(t, err, fault.Conflict, "ambiguous_uid")
	_, err = f.DeleteSource(t.Context(), byUID("hub"))
	refused(t, err, fault.Conflict, "ambiguous_uid")
	_, err = f.UpdateSource(t.Context(), byUID("hub"), func(*hook.Source) error { return nil })
	refused(t, err, fault.Conflict, "ambiguous_uid")

	_, made := f.tick()
	owner := f.application(func(a *hook.Application) { a.UID = id.Inbound.Text(made) })
	own := f.source(owner, hub, func(s *hook.Source) { s.ID = made })
	same(own)
	f.source(f.application(), hub)
	same(own)
	removed, err := f.DeleteSource(t.Context(), byUID("hub"))
	check(t, err)
	equal(t, removed, own)
}

func sourceUpdate(t *testing.T, f *fixture) {
	s := f.source(f.application())
	address := [32]byte{7}

	changed, err := f.UpdateSource(t.Context(), byID(s.ID), func(s *hook.Source) error {
		fullSource(s)
		s.URLHash, s.URLSealed, s.Provider = address, []byte("other"), "stripe"
		return nil
	})
	check(t, err)

	got, err := f.SourceByURL(t.Context(), address)
	check(t, err)
	equal(t, got, changed)
	equal(t, []string{got.Provider, got.UID, string(got.URLSealed)}, []string{"stripe", "hub-1", "other"})
	equal(t, got.Disabled, true)
	_, err = f.SourceByURL(t.Context(), s.URLHash)
	missing(t, err)
}

func sourceUpdateFails(t *testing.T, f *fixture) {
	want := f.source(f.application())
	no := errors.New("no")

	_, err := f.UpdateSource(t.Context(), byID(want.ID), func(s *hook.Source) error { s.Name = "other"; return no })

	if !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	got, err := f.SourceByKey(t.Context(), want.Key)
	check(t, err)
	equal(t, got, want)
}

func sourceUpdatesAtOnce(t *testing.T, f *fixture) {
	s := f.source(f.application())

	atOnce(t, 20, func(int) error {
		_, err := f.UpdateSource(t.Context(), byID(s.ID), func(s *hook.Source) error { s.Rules.RateLimit++; return nil })
		return err
	})

	got, err := f.SourceByKey(t.Context(), s.Key)
	check(t, err)
	equal(t, got.Rules.RateLimit, 20)
}

func sourceDeletion(t *testing.T, f *fixture) {
	a := f.application()
	s := f.source(a, fullSource)

	removed, err := f.DeleteSource(t.Context(), byUID("hub-1"))

	check(t, err)
	equal(t, removed, s)
	f.gone(s)
	again := f.source(a, fullSource)
	equal(t, again.Key != s.Key, true)
}

// gone checks that nothing leads to the source any more.
func (f *fixture) gone(s hook.Source) {
	f.t.Helper()
	_, err := f.Source(f.t.Context(), 0, byID(s.ID))
	missing(f.t, err)
	_, err = f.SourceByKey(f.t.Context(), s.Key)
	missing(f.t, err)
	_, err = f.SourceByURL(f.t.Context(), s.URLHash)
	missing(f.t, err)
}

func sourceGoesWithApplication(t *testing.T, f *fixture) {
	a, other := f.application(), f.application()
	mine, theirs := f.source(a, fullSource), f.source(other)

	_, err := f.DeleteApplication(t.Context(), byID(a.ID))
	check(t, err)

	f.gone(mine)
	got, err := f.SourceByKey(t.Context(), theirs.Key)
	check(t, err)
	equal(t, got, theirs)
}

func sourcePages(t *testing.T, f *fixture) {
	a, other := f.application(), f.application()
	var all, mine []id.ID
	for i := range 7 {
		if i%3 == 2 {
			all = append(all, f.source(other).ID)
			continue
		}
		made := f.source(a).ID
		all, mine = append(all, made), append(mine, made)
	}
	slices.Reverse(all)
	slices.Reverse(mine)

	turnPages(t, all, sourceID, func(page store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
		return f.ListSources(t.Context(), 0, page)
	})
	turnPages(t, mine, sourceID, func(page store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
		return f.ListSources(t.Context(), a.Key, page)
	})
}

func sourceID(s hook.Source) id.ID { return s.ID }
