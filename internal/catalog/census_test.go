package catalog_test

import (
	"context"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// crowd is a store of n event types.
type crowd struct {
	store.EventTypes
	n, walks int
}

func (c *crowd) CreateEventType(_ context.Context, t hook.EventType) (hook.EventType, error) {
	c.n++
	return t, nil
}

func (c *crowd) ExpungeEventType(context.Context, string) error {
	c.n--
	return nil
}

func (c *crowd) ListEventTypes(context.Context, bool, store.Page[string]) (store.List[hook.EventType, string], error) {
	c.walks++
	return store.List[hook.EventType, string]{Items: make([]hook.EventType, c.n), Done: true}, nil
}

// deaf is told of changes and does nothing.
type deaf struct{}

func (deaf) ApplicationChanged(hook.Key)        {}
func (deaf) EndpointChanged(hook.Key, hook.Key) {}
func (deaf) EventTypeChanged(string)            {}

func TestPublishingMakesEventTypesUpToABoundAndSettingUpHasNone(t *testing.T) {
	t.Parallel()
	c := &crowd{n: 9_999}
	types := catalog.NewEventTypes(c, catalog.NewSchemas(), clock.Clock{}, deaf{})

	_, last := types.Ensure(t.Context(), "last")
	_, over := types.Ensure(t.Context(), "over")
	_, onPurpose := types.Create(t.Context(), catalog.NewEventType{Name: "on.purpose"})
	walks := c.walks
	gone := types.Expunge(t.Context(), "last")
	goneToo := types.Expunge(t.Context(), "on.purpose")
	_, again := types.Ensure(t.Context(), "again")

	for _, err := range []error{last, onPurpose, gone, goneToo, again} {
		check(t, err)
	}
	if fault.KindOf(over) != fault.Invalid || fault.CodeOf(over) != "too_many_event_types" || walks != 1 {
		t.Errorf("got %v after %d walks", over, walks)
	}
}
