package catalog

import (
	"context"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// NewEventType is what a caller says about an event type.
type NewEventType struct {
	Name        string
	Description string
	Group       string
	FeatureFlag string
	Schemas     []byte // JSON object from version to JSON Schema; nil if none
	Enforced    bool
	Archived    bool
	Deprecated  bool
}

// EventTypePatch changes those fields that are not nil.
type EventTypePatch struct {
	Description *string
	Group       *string
	FeatureFlag *string
	Schemas     *[]byte
	Enforced    *bool
	Archived    *bool
	Deprecated  *bool
}

// EventTypes sets up event types.
type EventTypes struct {
	store   store.EventTypes
	schemas *Schemas
	clock   clock.Clock
	changes directory.Changes
	notes   notes
}

// NewEventTypes returns the use cases over s. schemas forgets the compiled schemas of what changes.
func NewEventTypes(s store.EventTypes, schemas *Schemas, c clock.Clock, changes directory.Changes) *EventTypes {
	return &EventTypes{store: s, schemas: schemas, clock: c, changes: changes, notes: newNotes()}
}

// Get returns the event type, archived or not: out of the catalogue, or of those that the application made by
// publishing. With the application zero, any application may have made it.
func (s *EventTypes) Get(ctx context.Context, application hook.Key, name string) (hook.EventType, error) {
	return s.store.VisibleEventType(ctx, application, name)
}

// List returns a page of the event types that Get returns, by name, with the archived ones if asked.
func (s *EventTypes) List(
	ctx context.Context, application hook.Key, archived bool, page store.Page[string],
) (store.List[hook.EventType, string], error) {
	return s.store.ListVisibleEventTypes(ctx, application, archived, page)
}

// Create stores a new event type, or brings an archived one back as n says. It takes over one that was made by
// publishing.
func (s *EventTypes) Create(ctx context.Context, n NewEventType) (hook.EventType, error) {
	if err := checkSchemas(n.Schemas); err != nil {
		return hook.EventType{}, err
	}
	t, err := s.insert(ctx, n)
	if fault.KindOf(err) != fault.Conflict {
		return t, err
	}
	return s.update(ctx, n.Name, func(t *hook.EventType) error {
		if !t.Archived && !madeByPublishing(*t) {
			return err
		}
		n.apply(t)
		return nil
	})
}

// Put replaces the event type, or creates it if there is none of this name.
func (s *EventTypes) Put(ctx context.Context, n NewEventType) (t hook.EventType, created bool, err error) {
	if err := checkSchemas(n.Schemas); err != nil {
		return t, false, err
	}
	t, err = s.update(ctx, n.Name, func(t *hook.EventType) error { n.apply(t); return nil })
	if fault.KindOf(err) != fault.NotFound {
		return t, false, err
	}
	t, err = s.insert(ctx, n)
	return t, err == nil, err
}

// Patch changes some fields of the event type. Schemas are looked at only when they are given: one that was stored
// when more was allowed does not keep its event type from being archived.
func (s *EventTypes) Patch(ctx context.Context, name string, p EventTypePatch) (hook.EventType, error) {
	if p.Schemas != nil {
		if err := checkSchemas(*p.Schemas); err != nil {
			return hook.EventType{}, err
		}
	}
	t, err := s.update(ctx, name, func(t *hook.EventType) error { p.apply(t); return nil })
	if fault.KindOf(err) != fault.NotFound {
		return t, err
	}
	if _, err := s.store.VisibleEventType(ctx, 0, name); err != nil {
		return hook.EventType{}, err
	}
	return s.insertWith(ctx, name, p.apply)
}

// madeByPublishing reports whether nothing was said about an event type of the catalogue. Until event types that
// publishing makes were kept apart, they looked like this.
func madeByPublishing(t hook.EventType) bool {
	return t.Description == "" && t.Group == "" && t.FeatureFlag == "" && t.Schemas == nil &&
		!t.Enforced && !t.Archived && !t.Deprecated && t.CreatedAt.Equal(t.UpdatedAt)
}

// Archive takes the event type out of use. Endpoints that name it keep doing so.
func (s *EventTypes) Archive(ctx context.Context, name string) error {
	archived := true
	_, err := s.Patch(ctx, name, EventTypePatch{Archived: &archived})
	return err
}

// Expunge removes the event type for good, also where applications made it. The next publish makes it again.
func (s *EventTypes) Expunge(ctx context.Context, name string) error {
	err := s.store.ExpungeEventType(ctx, name)
	if err == nil {
		s.notes.forget(name)
		s.changed(name)
	}
	return err
}

func (s *EventTypes) insert(ctx context.Context, n NewEventType) (hook.EventType, error) {
	return s.insertWith(ctx, n.Name, n.apply)
}

func (s *EventTypes) insertWith(ctx context.Context, name string, apply func(*hook.EventType)) (hook.EventType, error) {
	now := moment(s.clock)
	t := hook.EventType{Name: name, CreatedAt: now, UpdatedAt: now}
	apply(&t)
	if err := checkEventType(t); err != nil {
		return hook.EventType{}, err
	}
	t, err := s.store.CreateEventType(ctx, t)
	if err == nil {
		s.changed(t.Name)
	}
	return t, err
}

func (s *EventTypes) update(
	ctx context.Context, name string, change func(*hook.EventType) error,
) (hook.EventType, error) {
	now := moment(s.clock)
	t, err := s.store.UpdateEventType(ctx, name, func(t *hook.EventType) error {
		if err := change(t); err != nil {
			return err
		}
		t.UpdatedAt = now
		return checkEventType(*t)
	})
	if err == nil {
		s.changed(name)
	}
	return t, err
}

func (s *EventTypes) changed(name string) {
	s.schemas.Forget(name)
	s.changes.EventTypeChanged(name)
}

func (n NewEventType) apply(t *hook.EventType) {
	t.Description, t.Group, t.FeatureFlag, t.Schemas = n.Description, n.Group, n.FeatureFlag, n.Schemas
	t.Enforced, t.Archived, t.Deprecated = n.Enforced, n.Archived, n.Deprecated
}

func (p EventTypePatch) apply(t *hook.EventType) {
	set(&t.Description, p.Description)
	set(&t.Group, p.Group)
	set(&t.FeatureFlag, p.FeatureFlag)
	set(&t.Schemas, p.Schemas)
	set(&t.Enforced, p.Enforced)
	set(&t.Archived, p.Archived)
	set(&t.Deprecated, p.Deprecated)
}

// checkEventType looks at everything but the schemas, which take too long for a transaction.
func checkEventType(t hook.EventType) error {
	err := first(checkName("name", t.Name, hook.MaxName), checkText("description", t.Description, true))
	if err == nil && t.Group != "" {
		err = checkName("groupName", t.Group, hook.MaxName)
	}
	if err == nil && t.FeatureFlag != "" {
		err = checkName("featureFlag", t.FeatureFlag, hook.MaxName)
	}
	if err != nil {
		return err
	}
	if t.Enforced && !hasSchema(t.Schemas) {
		return fault.In("enforceSchema", "value_error", "Give a schema before you ask for it to be enforced.")
	}
	return nil
}
