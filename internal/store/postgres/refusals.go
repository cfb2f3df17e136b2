package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	holdSource  = "SELECT EXISTS (SELECT 1 FROM source WHERE key = $1 FOR KEY SHARE)"
	addRefusals = `INSERT INTO refusal VALUES ($1, $2, $3, $4)
		ON CONFLICT (source, hour, cause) DO UPDATE SET count = refusal.count + excluded.count`
	insertRefused = "INSERT INTO refused VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
	// All but the newest, which are few.
	surplusSamples = `DELETE FROM refused WHERE source = $1 AND id <=
		(SELECT id FROM refused WHERE source = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`
	selectCounts  = "SELECT cause, hour, count FROM refusal WHERE source = $1 AND hour >= $2 ORDER BY hour DESC, cause"
	selectSamples = `SELECT source, id, at, cause, detail, method, content_type, remote, headers, body
		FROM refused WHERE source = $1 ORDER BY id DESC LIMIT $2`
)

// Refuse implements store.Inbox. Counts are added in one order, so that programs cannot lock each other out.
func (s *Store) Refuse(ctx context.Context, source hook.Key, counts []store.RefusalCount, samples []hook.Refused) error {
	counts = slices.SortedFunc(slices.Values(counts), func(a, b store.RefusalCount) int {
		return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.Cause, b.Cause))
	})
	return s.write(ctx, "record refused requests", func(tx pgx.Tx) error {
		var exists bool
		if err := tx.QueryRow(ctx, holdSource, source).Scan(&exists); err != nil || !exists {
			return err
		}
		b := &pgx.Batch{}
		for _, c := range counts {
			b.Queue(addRefusals, int64(source), hourOf(c.Hour), c.Cause, c.Count)
		}
		for _, r := range samples {
			r.SourceKey = source
			b.Queue(insertRefused, refusedValues(r)...)
		}
		if len(samples) > 0 {
			b.Queue(surplusSamples, int64(source), store.MostRefused)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

func refusedValues(r hook.Refused) []any {
	return []any{int64(r.SourceKey), r.ID[:], r.At.UnixMicro(), r.Cause, []byte(r.Detail), []byte(r.Method), []byte(r.ContentType),
		[]byte(r.Remote), pack.Header(r.Headers), append([]byte{}, r.Body...)}
}

// Refusals implements store.Inbox.
func (s *Store) Refusals(ctx context.Context, source hook.Key, since time.Time) (counts []store.RefusalCount, samples []hook.Refused, err error) {
	err = s.view(ctx, "list refused requests", func(tx pgx.Tx) error {
		counts, samples = nil, nil // a look may be repeated
		err := each(ctx, tx, func(row scanner) error {
			var c store.RefusalCount
			var hour int64
			err := row.Scan(&c.Cause, &hour, &c.Count)
			c.Hour = time.Unix(hour*3600, 0).UTC()
			counts = append(counts, c)
			return err
		}, selectCounts, source, hourOf(since))
		if err != nil {
			return err
		}
		return each(ctx, tx, func(row scanner) error {
			r, err := scanRefused(row)
			samples = append(samples, r)
			return err
		}, selectSamples, source, store.MostRefused)
	})
	return counts, samples, err
}

func scanRefused(row scanner) (r hook.Refused, err error) {
	err = row.Scan(&r.SourceKey, pack.IntoID(&r.ID), pack.IntoTime(&r.At), &r.Cause, pack.IntoRaw(&r.Detail), pack.IntoRaw(&r.Method),
		pack.IntoRaw(&r.ContentType), pack.IntoRaw(&r.Remote), pack.IntoHeader(&r.Headers), &r.Body)
	return r, err
}
