package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	eventTypeColumns = ` name, description, group_name, feature_flag, schemas, enforced, archived,
		deprecated, created_at, updated_at `

	selectEventType = "SELECT" + eventTypeColumns + "FROM event_type WHERE "
	insertEventType = `INSERT INTO event_type (description, group_name, feature_flag, schemas, enforced, archived,
		deprecated, updated_at, created_at, name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING` + eventTypeColumns
	updateEventType = `UPDATE event_type SET description = $1, group_name = $2, feature_flag = $3, schemas = $4, enforced = $5,
		archived = $6, deprecated = $7, updated_at = $8 WHERE name = $9 RETURNING` + eventTypeColumns
	eventTypeWalk = selectEventType + "name > $1 AND name < $2 ORDER BY name {order} LIMIT {rows}"
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

// changedEventType tells the other runs, unless err says that nothing changed.
func (s *Store) changedEventType(ctx context.Context, tx pgx.Tx, name string, err error) error {
	if err != nil {
		return err
	}
	return s.changed(ctx, tx, store.Change{Kind: store.EventTypeChanged, Name: name})
}

// CreateEventType implements store.EventTypes.
func (s *Store) CreateEventType(ctx context.Context, e hook.EventType) (hook.EventType, error) {
	var stored hook.EventType
	err := s.write(ctx, "store the event type", func(tx pgx.Tx) (err error) {
		stored, err = scanEventType(tx.QueryRow(ctx, insertEventType, eventTypeValues(e, micros(e.CreatedAt), e.Name)...))
		return s.changedEventType(ctx, tx, e.Name, taken("event type", err))
	})
	return stored, err
}

// EventType implements store.EventTypes.
func (s *Store) EventType(ctx context.Context, name string) (hook.EventType, error) {
	e, err := scanEventType(s.prompt.QueryRow(ctx, selectEventType+"name = $1", sought(name)))
	return e, found("event type", err)
}

// UpdateEventType implements store.EventTypes. Changes by other nodes wait until this one is stored.
func (s *Store) UpdateEventType(ctx context.Context, name string, change func(*hook.EventType) error) (hook.EventType, error) {
	var stored hook.EventType
	err := s.write(ctx, "store the event type", func(tx pgx.Tx) error {
		e, err := scanEventType(tx.QueryRow(ctx, selectEventType+"name = $1 FOR UPDATE", sought(name)))
		if err != nil {
			return found("event type", err)
		}
		if err := change(&e); err != nil {
			return err
		}
		stored, err = scanEventType(tx.QueryRow(ctx, updateEventType, eventTypeValues(e, name)...))
		return s.changedEventType(ctx, tx, name, taken("event type", err))
	})
	return stored, err
}

// ExpungeEventType implements store.EventTypes.
func (s *Store) ExpungeEventType(ctx context.Context, name string) error {
	return s.write(ctx, "remove the event type", func(tx pgx.Tx) error {
		removed, err := tx.Exec(ctx, "DELETE FROM event_type WHERE name = $1", sought(name))
		if err != nil {
			return err
		}
		adHoc, err := tx.Exec(ctx, "DELETE FROM ad_hoc_event_type WHERE name = $1", sought(name))
		if err == nil && removed.RowsAffected()+adHoc.RowsAffected() == 0 {
			return fault.Missing("event type")
		}
		return s.changedEventType(ctx, tx, name, err)
	})
}

// ListEventTypes implements store.EventTypes.
func (s *Store) ListEventTypes(ctx context.Context, archived bool, page store.Page[string]) (store.List[hook.EventType, string], error) {
	return s.eventTypes(ctx, eventTypeWalk, archived, page)
}
