package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	addRefusals = " ON CONFLICT DO UPDATE SET count = count + excluded.count"
	// All but the newest, which are few.
	surplusSamples = `DELETE FROM refused WHERE source = ?1 AND id <=
		(SELECT id FROM refused WHERE source = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`
	selectCounts  = "SELECT cause, hour, count FROM refusal WHERE source = ? AND hour >= ? ORDER BY hour DESC, cause"
	selectSamples = `SELECT source, id, at, cause, detail, method, content_type, remote, headers, body
		FROM refused WHERE source = ? ORDER BY id DESC LIMIT ?`
)

// Refuse implements store.Inbox.
func (s *Store) Refuse(ctx context.Context, source hook.Key, counts []store.RefusalCount, samples []hook.Refused) error {
	return s.writer.write(ctx, "record refused requests", func(t *tx) error {
		var exists bool
		if err := t.row("SELECT EXISTS (SELECT 1 FROM source WHERE key = ?)", source).Scan(&exists); err != nil || !exists {
			return err
		}
		var counted, kept []any
		for _, c := range counts {
			counted = append(counted, source, hourOf(c.Hour), c.Cause, c.Count)
		}
		for _, r := range samples {
			kept = append(kept, source, r.ID[:], micros(r.At), r.Cause, r.Detail, r.Method, r.ContentType, r.Remote,
				pack.Header(r.Headers), append([]byte{}, r.Body...))
		}
		if _, err := t.insertUnless(rows{"INSERT INTO refusal VALUES", 4, counted}, addRefusals); err != nil || len(samples) == 0 {
			return err
		}
		if err := t.insert(rows{"INSERT INTO refused VALUES", 10, kept}); err != nil {
			return err
		}
		return t.exec(surplusSamples, source, store.MostRefused)
	})
}

// Refusals implements store.Inbox.
func (s *Store) Refusals(ctx context.Context, source hook.Key, since time.Time) (counts []store.RefusalCount, samples []hook.Refused, err error) {
	err = s.look(ctx, "list refused requests", func(view snapshot) error {
		if counts, err = allOf(ctx, view, scanRefusalCount, selectCounts, source, hourOf(since)); err != nil {
			return err
		}
		samples, err = allOf(ctx, view, scanRefused, selectSamples, source, store.MostRefused)
		return err
	})
	return counts, samples, err
}

func scanRefusalCount(row scanner) (c store.RefusalCount, err error) {
	var hour int64
	err = row.Scan(&c.Cause, &hour, &c.Count)
	c.Hour = time.Unix(hour*3600, 0).UTC()
	return c, err
}

func scanRefused(row scanner) (r hook.Refused, err error) {
	err = row.Scan(&r.SourceKey, pack.IntoID(&r.ID), pack.IntoTime(&r.At), &r.Cause, &r.Detail, &r.Method, &r.ContentType, &r.Remote,
		pack.IntoHeader(&r.Headers), &r.Body)
	return r, err
}

// allOf returns what scan makes of the rows of a query.
func allOf[T any](ctx context.Context, view snapshot, scan func(scanner) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := view.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
