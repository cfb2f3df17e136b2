package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func eventTypes() []test {
	return []test{
		{"what was created is found by name, archived or not", eventTypeIsFound},
		{"what is not there is not found", eventTypeIsMissing},
		{"a name exists once, archived or not", eventTypeIsTaken},
		{"an update stores what changed", eventTypeUpdate},
		{"an update whose change fails changes nothing", eventTypeUpdateFails},
		{"an expunged event type is gone and its name is free", eventTypeExpunged},
		{"archived ones are listed only when asked for", eventTypeArchived},
		{"pages go both ways in both orders", eventTypePages},
	}
}

// eventType stores an event type.
func (f *fixture) eventType(name string, with ...func(*hook.EventType)) hook.EventType {
	f.t.Helper()
	now, _ := f.tick()
	e := hook.EventType{Name: name, CreatedAt: now, UpdatedAt: now}
	for _, change := range with {
		change(&e)
	}
	stored, err := f.CreateEventType(f.t.Context(), e)
	check(f.t, err)
	equal(f.t, stored, e)
	return stored
}

func fullEventType(e *hook.EventType) {
	e.Description, e.Group, e.FeatureFlag = "An invoice was paid.", "Invoices", "beta"
	e.Schemas = []byte(`{"1":{"type":"object"}}`)
	e.Enforced, e.Archived, e.Deprecated = true, true, true
}

func eventTypeIsFound(t *testing.T, f *fixture) {
	plain, full := f.eventType("invoice.paid"), f.eventType("invoice.sent", fullEventType)

	one, err := f.EventType(t.Context(), "invoice.paid")
	check(t, err)
	other, err := f.EventType(t.Context(), "invoice.sent")
	check(t, err)

	equal(t, []hook.EventType{one, other}, []hook.EventType{plain, full})
	equal(t, one.Schemas == nil, true)
}

func eventTypeIsMissing(t *testing.T, f *fixture) {
	for _, name := range append(impossible(), "nothing") {
		_, err := f.EventType(t.Context(), name)
		missing(t, err)
		_, err = f.UpdateEventType(t.Context(), name, func(*hook.EventType) error { return nil })
		missing(t, err)
		missing(t, f.ExpungeEventType(t.Context(), name))
	}
}

func eventTypeIsTaken(t *testing.T, f *fixture) {
	f.eventType("invoice.paid", func(e *hook.EventType) { e.Archived = true })

	_, err := f.CreateEventType(t.Context(), hook.EventType{Name: "invoice.paid", CreatedAt: f.now, UpdatedAt: f.now})

	refused(t, err, fault.Conflict, "taken")
}

func eventTypeUpdate(t *testing.T, f *fixture) {
	want := f.eventType("invoice.paid")
	fullEventType(&want)
	want.UpdatedAt = want.UpdatedAt.Add(time.Minute)

	updated, err := f.UpdateEventType(t.Context(), "invoice.paid", func(e *hook.EventType) error {
		*e = want
		return nil
	})

	check(t, err)
	stored, err := f.EventType(t.Context(), "invoice.paid")
	check(t, err)
	equal(t, []hook.EventType{updated, stored}, []hook.EventType{want, want})
}

func eventTypeUpdateFails(t *testing.T, f *fixture) {
	before := f.eventType("invoice.paid")
	reason := errors.New("changed my mind")

	_, err := f.UpdateEventType(t.Context(), "invoice.paid", func(e *hook.EventType) error {
		fullEventType(e)
		return reason
	})

	equal(t, errors.Is(err, reason), true)
	stored, err := f.EventType(t.Context(), "invoice.paid")
	check(t, err)
	equal(t, stored, before)
}

func eventTypeExpunged(t *testing.T, f *fixture) {
	f.eventType("invoice.paid")

	check(t, f.ExpungeEventType(t.Context(), "invoice.paid"))

	_, err := f.EventType(t.Context(), "invoice.paid")
	missing(t, err)
	f.eventType("invoice.paid")
}

func eventTypeArchived(t *testing.T, f *fixture) {
	f.eventType("a")
	f.eventType("b", func(e *hook.EventType) { e.Archived = true })
	f.eventType("c")

	for archived, want := range map[bool][]string{false: {"a", "c"}, true: {"a", "b", "c"}} {
		turnPages(t, reversed(want), nameOf, func(page store.Page[string]) (store.List[hook.EventType, string], error) {
			return f.ListEventTypes(t.Context(), archived, page)
		})
	}
}

func eventTypePages(t *testing.T, f *fixture) {
	names := []string{"a", "a.b", "a.b.c", "a_b", "aa", "b", "b-1", "user.created", "z", "zz"}
	slices.Sort(names)
	for _, name := range names {
		f.eventType(name)
	}

	turnPages(t, reversed(names), nameOf, func(page store.Page[string]) (store.List[hook.EventType, string], error) {
		return f.ListEventTypes(t.Context(), true, page)
	})
}

func nameOf(e hook.EventType) string { return e.Name }

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
