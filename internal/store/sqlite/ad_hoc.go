package sqlite

import (
	"context"
	"iter"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	selectAdHoc = "SELECT application, name, created_at FROM ad_hoc_event_type WHERE "
	insertAdHoc = `INSERT INTO ad_hoc_event_type (application, name, created_at) SELECT ?1, ?2, ?3
		WHERE EXISTS (SELECT 1 FROM application WHERE key = ?1)
		AND (SELECT count(*) FROM (SELECT 1 FROM ad_hoc_event_type WHERE application = ?1 LIMIT ?4)) < ?4
		ON CONFLICT DO NOTHING`

	// An event type of which nothing is known but that it was published, with the columns of event_type.
	adHocColumns = " name, '', '', '', NULL, 0, 0, 0, min(created_at), min(created_at) FROM ad_hoc_event_type a WHERE "
	notDefined   = " AND NOT EXISTS (SELECT 1 FROM event_type e WHERE e.name = a.name) GROUP BY name"

	visibleToAll = selectEventType + "name > ?1 AND name < ?2 UNION ALL SELECT" + adHocColumns + "name > ?1 AND name < ?2" + notDefined
	visibleToOne = selectEventType + "name > ?1 AND name < ?2 UNION ALL SELECT" + adHocColumns +
		"application = ?3 AND name > ?1 AND name < ?2" + notDefined
	oneVisibleToAll = selectEventType + "name = ?1 UNION ALL SELECT" + adHocColumns + "name = ?1" + notDefined
	oneVisibleToOne = selectEventType + "name = ?1 UNION ALL SELECT" + adHocColumns + "application = ?2 AND name = ?1" + notDefined
)

func scanAdHoc(row scanner) (t store.AdHocEventType, err error) {
	err = row.Scan(&t.ApplicationKey, &t.Name, pack.IntoTime(&t.CreatedAt))
	return t, err
}

// NoteEventType implements store.AdHocEventTypes.
func (s *Store) NoteEventType(ctx context.Context, a store.AdHocEventType, most int) (noted bool, err error) {
	err = s.writer.write(ctx, "store the event type", func(t *tx) error {
		added, err := t.change(insertAdHoc, a.ApplicationKey, a.Name, micros(a.CreatedAt), most)
		if noted = added > 0; err != nil || noted {
			return err
		}
		return t.row("SELECT EXISTS (SELECT 1 FROM ad_hoc_event_type WHERE application = ? AND name = ?)",
			a.ApplicationKey, a.Name).Scan(&noted)
	})
	return noted && err == nil, err
}

// VisibleEventType implements store.AdHocEventTypes.
func (s *Store) VisibleEventType(ctx context.Context, application hook.Key, name string) (hook.EventType, error) {
	query, args := oneVisibleToAll, []any{name}
	if application != 0 {
		query, args = oneVisibleToOne, []any{name, application}
	}
	e, err := scanEventType(s.prompt.QueryRowContext(ctx, query, args...))
	return e, found("event type", err)
}

// ListVisibleEventTypes implements store.AdHocEventTypes.
func (s *Store) ListVisibleEventTypes(
	ctx context.Context, application hook.Key, archived bool, page store.Page[string],
) (store.List[hook.EventType, string], error) {
	low, high := walk.Names(page)
	query, args := visibleToAll, []any{low, high}
	if application != 0 {
		query, args = visibleToOne, []any{low, high, application}
	}
	return s.eventTypes(ctx, order(query, "name", page), archived, page, args...)
}

// AdHocEventTypes implements store.Snapshot.
func (v *archived) AdHocEventTypes(ctx context.Context) iter.Seq2[store.AdHocEventType, error] {
	return archive(ctx, v, scanAdHoc, selectAdHoc+"application > 0 ORDER BY application, name")
}
