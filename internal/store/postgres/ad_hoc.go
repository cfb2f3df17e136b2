package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	selectAdHoc = "SELECT application, name, created_at FROM ad_hoc_event_type WHERE "
	// The lock on the application keeps it from being deleted meanwhile.
	insertAdHoc = `INSERT INTO ad_hoc_event_type (application, name, created_at)
		SELECT key, $2::text, $3::bigint FROM application WHERE key = $1
		AND (SELECT count(*) FROM (SELECT 1 FROM ad_hoc_event_type WHERE application = $1 LIMIT $4) counted) < $4 FOR KEY SHARE
		ON CONFLICT DO NOTHING`

	// An event type of which nothing is known but that it was published, with the columns of event_type.
	adHocColumns = " name, '', '', '', NULL::bytea, false, false, false, min(created_at), min(created_at) FROM ad_hoc_event_type a WHERE "
	notDefined   = " AND NOT EXISTS (SELECT 1 FROM event_type e WHERE e.name = a.name) GROUP BY name"

	eventTypesBefore = "SELECT * FROM ((" + eventTypeWalk + ") UNION ALL (SELECT"
	eventTypesBehind = " ORDER BY name {order} LIMIT {rows})) visible ORDER BY name {order} LIMIT {rows}"
	visibleToAll     = eventTypesBefore + adHocColumns + "name > $1 AND name < $2" + notDefined + eventTypesBehind
	visibleToOne     = eventTypesBefore + adHocColumns + "application = $3 AND name > $1 AND name < $2" + notDefined + eventTypesBehind
	oneVisibleToAll  = selectEventType + "name = $1 UNION ALL SELECT" + adHocColumns + "name = $1" + notDefined
	oneVisibleToOne  = selectEventType + "name = $1 UNION ALL SELECT" + adHocColumns + "application = $2 AND name = $1" + notDefined
)

func scanAdHoc(row scanner) (t store.AdHocEventType, err error) {
	err = row.Scan(&t.ApplicationKey, &t.Name, pack.IntoTime(&t.CreatedAt))
	return t, err
}

// NoteEventType implements store.AdHocEventTypes.
func (s *Store) NoteEventType(ctx context.Context, a store.AdHocEventType, most int) (noted bool, err error) {
	err = s.write(ctx, "store the event type", func(tx pgx.Tx) error {
		added, err := tx.Exec(ctx, insertAdHoc, a.ApplicationKey, a.Name, micros(a.CreatedAt), most)
		if noted = err == nil && added.RowsAffected() > 0; err != nil || noted {
			return err
		}
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM ad_hoc_event_type WHERE application = $1 AND name = $2)",
			a.ApplicationKey, a.Name).Scan(&noted)
	})
	return noted && err == nil, err
}

// VisibleEventType implements store.AdHocEventTypes.
func (s *Store) VisibleEventType(ctx context.Context, application hook.Key, name string) (hook.EventType, error) {
	query, args := oneVisibleToAll, []any{sought(name)}
	if application != 0 {
		query, args = oneVisibleToOne, []any{sought(name), application}
	}
	e, err := scanEventType(s.prompt.QueryRow(ctx, query, args...))
	return e, found("event type", err)
}

// ListVisibleEventTypes implements store.AdHocEventTypes.
func (s *Store) ListVisibleEventTypes(
	ctx context.Context, application hook.Key, archived bool, page store.Page[string],
) (store.List[hook.EventType, string], error) {
	if application == 0 {
		return s.eventTypes(ctx, visibleToAll, archived, page)
	}
	return s.eventTypes(ctx, visibleToOne, archived, page, application)
}

// eventTypes returns a page of what a query for event types finds between the names $1 and $2; more are its other arguments.
func (s *Store) eventTypes(
	ctx context.Context, query string, archived bool, page store.Page[string], more ...any,
) (list store.List[hook.EventType, string], err error) {
	listed := question[hook.EventType, string]{
		query: query,
		args: func(rest store.Page[string]) []any {
			low, high := walk.Names(rest)
			return append([]any{low, high}, more...)
		},
		scan: func(from scanner) (walk.Entry[hook.EventType, string], error) {
			e, err := scanEventType(from)
			return walk.Entry[hook.EventType, string]{Item: e, At: e.Name, Keep: archived || !e.Archived, Size: walk.SizeOfEventType(e)}, err
		},
	}
	err = s.view(ctx, "list the event types", func(tx pgx.Tx) (err error) {
		list, err = listed.page(ctx, tx, page)
		return err
	})
	return list, err
}

// AdHocEventTypes implements store.Snapshot.
func (v *archived) AdHocEventTypes(ctx context.Context) iter.Seq2[store.AdHocEventType, error] {
	return archive(ctx, v, scanAdHoc, selectAdHoc+"application > $1 ORDER BY application, name", 0)
}
