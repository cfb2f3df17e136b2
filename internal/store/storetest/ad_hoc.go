package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func adHocEventTypes() []test {
	return []test{
		{"what an application made is visible to it and to the server", adHocIsFound},
		{"an application cannot make more than it may", adHocIsBounded},
		{"one of the catalogue takes over those of its name", adHocIsDefined},
		{"an expunged event type is gone for all who made it", adHocIsExpunged},
		{"what an application made goes with it", adHocGoes},
		{"pages show both, and each name once", adHocPages},
		{"a snapshot shows who made what", adHocIsArchived},
	}
}

// adHoc notes that the application publishes event types of these names.
func (f *fixture) adHoc(a hook.Application, names ...string) {
	f.t.Helper()
	for _, name := range names {
		noted, err := f.NoteEventType(f.t.Context(), store.AdHocEventType{ApplicationKey: a.Key, Name: name, CreatedAt: f.now}, 100)
		check(f.t, err)
		equal(f.t, noted, true)
	}
}

func adHocIsFound(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "a", "a")
	want := hook.EventType{Name: "a", CreatedAt: f.now, UpdatedAt: f.now}

	for _, viewer := range []hook.Key{one.Key, 0} {
		got, err := f.VisibleEventType(t.Context(), viewer, "a")
		check(t, err)
		equal(t, got, want)
	}
	_, err := f.VisibleEventType(t.Context(), other.Key, "a")
	missing(t, err)
	_, err = f.EventType(t.Context(), "a")
	missing(t, err)
	for _, name := range append(impossible(), "nothing") {
		_, err = f.VisibleEventType(t.Context(), one.Key, name)
		missing(t, err)
	}
}

func adHocIsBounded(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	note := func(a hook.Key, name string) bool {
		noted, err := f.NoteEventType(t.Context(), store.AdHocEventType{ApplicationKey: a, Name: name, CreatedAt: f.now}, 3)
		check(t, err)
		return noted
	}
	for i := range 3 {
		equal(t, note(one.Key, fmt.Sprint("a", i)), true)
	}

	equal(t, []bool{note(one.Key, "b"), note(one.Key, "a1"), note(other.Key, "b"), note(1<<40, "b")}, []bool{false, true, true, false})

	_, err := f.VisibleEventType(t.Context(), one.Key, "b")
	missing(t, err)
}

func adHocIsDefined(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "a")

	full := f.eventType("a", fullEventType)

	for _, viewer := range []hook.Key{one.Key, other.Key, 0} {
		got, err := f.VisibleEventType(t.Context(), viewer, "a")
		check(t, err)
		equal(t, got, full)
		list, err := f.ListVisibleEventTypes(t.Context(), viewer, false, store.Page[string]{Limit: 10, Ascending: true})
		check(t, err)
		equal(t, len(list.Items), 0) // it is archived, and hides the other
	}
}

func adHocIsExpunged(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "a", "b")
	f.adHoc(other, "a")
	f.eventType("a")

	check(t, f.ExpungeEventType(t.Context(), "a"))
	check(t, f.ExpungeEventType(t.Context(), "b"))

	_, err := f.VisibleEventType(t.Context(), 0, "a")
	missing(t, err)
	equal(t, fault.KindOf(f.ExpungeEventType(t.Context(), "b")), fault.NotFound)
}

func adHocGoes(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "a", "b")
	f.adHoc(other, "b")

	_, err := f.DeleteApplication(t.Context(), byID(one.ID))
	check(t, err)

	_, err = f.VisibleEventType(t.Context(), 0, "a")
	missing(t, err)
	_, err = f.VisibleEventType(t.Context(), 0, "b")
	check(t, err)
}

func adHocPages(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "a", "b", "d", "x", "z")
	f.adHoc(other, "a", "c", "e", "x", "y")
	for _, name := range []string{"aa", "d", "m", "n"} {
		f.eventType(name)
	}
	f.eventType("x", func(e *hook.EventType) { e.Archived = true })

	for viewer, want := range map[hook.Key][]string{
		one.Key:   {"a", "aa", "b", "d", "m", "n", "z"},
		other.Key: {"a", "aa", "c", "d", "e", "m", "n", "y"},
		0:         {"a", "aa", "b", "c", "d", "e", "m", "n", "y", "z"},
	} {
		for _, archived := range []bool{false, true} {
			names := slices.Clone(want)
			if archived {
				names = append(names, "x")
				slices.Sort(names)
			}
			turnPages(t, reversed(names), nameOf, func(page store.Page[string]) (store.List[hook.EventType, string], error) {
				return f.ListVisibleEventTypes(t.Context(), viewer, archived, page)
			})
		}
	}
}

func adHocIsArchived(t *testing.T, f *fixture) {
	one, other := f.application(), f.application()
	f.adHoc(one, "b", "a")
	f.adHoc(other, "a")
	var got []store.AdHocEventType

	f.snapshot(false, func(s store.Snapshot) { got = gather(t, s.AdHocEventTypes(t.Context())) })

	equal(t, got, []store.AdHocEventType{
		{ApplicationKey: one.Key, Name: "a", CreatedAt: f.now}, {ApplicationKey: one.Key, Name: "b", CreatedAt: f.now},
		{ApplicationKey: other.Key, Name: "a", CreatedAt: f.now},
	})
}
