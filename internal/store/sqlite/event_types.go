package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	eventTypeColumns = ` name, description, group_name, feature_flag, schemas, enforced, archived,
		deprecated, created_at, updated_at `

	selectEventType = "SELECT" + eventTypeColumns + "FROM event_type WHERE "
	insertEventType = `INSERT INTO event_type (description, group_name, feature_flag, schemas, enforced, archived,
		deprecated, updated_at, created_at, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING` + eventTypeColumns
	updateEventType = `UPDATE event_type SET description = ?, group_name = ?, feature_flag = ?, schemas = ?, enforced = ?,
		archived = ?, deprecated = ?, updated_at = ? WHERE name = ? RETURNING` + eventTypeColumns
)

func scanEventType(row scanner) (hook.EventType, error) {
	var e hook.EventType
	err := row.Scan(&e.Name, &e.Description, &e.Group, &e.FeatureFlag, &e.Schemas, &e.Enforced, &e.Archived,
		&e.Deprecated, pack.IntoTime(&e.CreatedAt), pack.IntoTime(&e.UpdatedAt))
	return e, err
}

// eventTypeValues are what may change about an event type, in the order of the statements above,
// followed by more.
func eventTypeValues(e hook.EventType, more ...any) []any {
	return append([]any{e.Description, e.Group, e.FeatureFlag, e.Schemas, e.Enforced, e.Archived,
		e.Deprecated, micros(e.UpdatedAt)}, more...)
}

// CreateEventType implements store.EventTypes.
func (s *Store) CreateEventType(ctx context.Context, e hook.EventType) (hook.EventType, error) {
	var stored hook.EventType
	err := s.writer.write(ctx, "store the event type", func(t *tx) (err error) {
		stored, err = scanEventType(t.row(insertEventType, eventTypeValues(e, micros(e.CreatedAt), e.Name)...))
		return taken("event type", err)
	})
	return stored, err
}

// EventType implements store.EventTypes.
func (s *Store) EventType(ctx context.Context, name string) (hook.EventType, error) {
	e, err := scanEventType(s.prompt.QueryRowContext(ctx, selectEventType+"name = ?", name))
	return e, found("event type", err)
}

// UpdateEventType implements store.EventTypes.
func (s *Store) UpdateEventType(ctx context.Context, name string, change func(*hook.EventType) error) (hook.EventType, error) {
	var stored hook.EventType
	err := s.writer.write(ctx, "store the event type", func(t *tx) error {
		e, err := scanEventType(t.row(selectEventType+"name = ?", name))
		if err != nil {
			return found("event type", err)
		}
		if err := change(&e); err != nil {
			return err
		}
		stored, err = scanEventType(t.row(updateEventType, eventTypeValues(e, name)...))
		return taken("event type", err)
	})
	return stored, err
}

// ExpungeEventType implements store.EventTypes.
func (s *Store) ExpungeEventType(ctx context.Context, name string) error {
	return s.writer.write(ctx, "remove the event type", func(t *tx) error {
		removed, err := t.change("DELETE FROM event_type WHERE name = ?", name)
		if err != nil {
			return err
		}
		adHoc, err := t.change("DELETE FROM ad_hoc_event_type WHERE name = ?", name)
		if err == nil && removed+adHoc == 0 {
			return fault.Missing("event type")
		}
		return err
	})
}

// ListEventTypes implements store.EventTypes.
func (s *Store) ListEventTypes(ctx context.Context, archived bool, page store.Page[string]) (store.List[hook.EventType, string], error) {
	low, high := walk.Names(page)
	return s.eventTypes(ctx, order(selectEventType+"name > ? AND name < ?", "name", page), archived, page, low, high)
}

// eventTypes returns a page of what a query for event types finds.
func (s *Store) eventTypes(
	ctx context.Context, query string, archived bool, page store.Page[string], args ...any,
) (store.List[hook.EventType, string], error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return store.List[hook.EventType, string]{}, translate("list the event types", err)
	}
	return collect(rows, page, func(from scanner) (walk.Entry[hook.EventType, string], error) {
		e, err := scanEventType(from)
		return walk.Entry[hook.EventType, string]{Item: e, At: e.Name, Keep: archived || !e.Archived, Size: walk.SizeOfEventType(e)}, err
	})
}
