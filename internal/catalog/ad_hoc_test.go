package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// noter is a store that counts what is noted, and has room for so many.
type noter struct {
	store.EventTypes
	room, writes int
	err          error
}

func (n *noter) NoteEventType(context.Context, store.AdHocEventType, int) (bool, error) {
	n.writes++
	return n.writes <= n.room, n.err
}

func (n *noter) ExpungeEventType(context.Context, string) error { return nil }

// deaf ignores changes.
type deaf struct{}

func (deaf) ApplicationChanged(hook.Key)        {}
func (deaf) EndpointChanged(hook.Key, hook.Key) {}
func (deaf) EventTypeChanged(string)            {}

func TestUseOfAnEventTypeIsWrittenOnceForEachApplication(t *testing.T) {
	t.Parallel()
	n := &noter{room: 100}
	types := catalog.NewEventTypes(n, catalog.NewSchemas(), clock.Func(noon), deaf{})

	for range 3 {
		types.Use(t.Context(), 1, "a")
		types.Use(t.Context(), 2, "a")
	}
	before := n.writes
	check(t, types.Expunge(t.Context(), "a"))
	types.Use(t.Context(), 1, "a")

	if before != 2 || n.writes != 3 {
		t.Errorf("%d writes, then %d", before, n.writes)
	}
}

func TestFullOrFailingCatalogueRefusesNoUse(t *testing.T) {
	t.Parallel()
	for _, n := range []*noter{{}, {room: 100, err: errors.New("no room on the disk")}} {
		types := catalog.NewEventTypes(n, catalog.NewSchemas(), clock.Func(noon), deaf{})
		for i := range 50 {
			if got := types.Use(t.Context(), 1, fmt.Sprint("a", i)); got.Name != fmt.Sprint("a", i) || got.Archived || got.Enforced {
				t.Errorf("got %+v", got)
			}
		}
		if n.err == nil && n.writes != 1 {
			t.Errorf("an application without room costs %d writes", n.writes)
		}
	}
}

func TestEventTypeThatIsDefinedTakesOverTheOneThatPublishingMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	one, other := d.application(), d.application()
	for _, name := range []string{"created", "put", "patched", "archived"} {
		d.types.Use(t.Context(), one.Key, name)
	}
	_, foreign := d.types.Get(t.Context(), other.Key, "created")
	about := "d"

	_, err := d.types.Create(t.Context(), catalog.NewEventType{Name: "created", Description: "d"})
	check(t, err)
	_, created, err := d.types.Put(t.Context(), catalog.NewEventType{Name: "put", Description: "d"})
	check(t, err)
	patched, err := d.types.Patch(t.Context(), "patched", catalog.EventTypePatch{Description: &about})
	check(t, err)
	check(t, d.types.Archive(t.Context(), "archived"))
	archived, err := d.types.Get(t.Context(), other.Key, "archived")
	check(t, err)
	_, again := d.types.Create(t.Context(), catalog.NewEventType{Name: "created", Description: "e"})

	if !created || patched.Description != "d" || !archived.Archived {
		t.Errorf("got %v, %+v, %+v", created, patched, archived)
	}
	if fault.KindOf(foreign) != fault.NotFound || fault.KindOf(again) != fault.Conflict {
		t.Errorf("got %v and %v", foreign, again)
	}
}

func TestEventTypeOfFormerVersionsThatPublishingMadeIsTakenOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	_, err := d.db.CreateEventType(t.Context(), hook.EventType{Name: "a", CreatedAt: noon().AddDate(-1, 0, 0), UpdatedAt: noon().AddDate(-1, 0, 0)})
	check(t, err)

	_, err = d.types.Create(t.Context(), catalog.NewEventType{Name: "a", Description: "d"})
	_, again := d.types.Create(t.Context(), catalog.NewEventType{Name: "a", Description: "d"})

	check(t, err)
	if fault.KindOf(again) != fault.Conflict {
		t.Errorf("got %v", again)
	}
}
