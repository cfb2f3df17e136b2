package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// One statement, so that the numbers fit together. What is being sent is found by who sends it, run by run.
const countDeliveries = `SELECT
	(SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 0 AND endpoint = $1 LIMIT $4) waiting),
	(SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 1 AND endpoint = $1
		AND run = ANY (ARRAY(SELECT key FROM run WHERE ended_at IS NULL AND buried_at IS NULL)) LIMIT $4) sending),
	coalesce(sum(success), 0)::bigint, coalesce(sum(failed), 0)::bigint, coalesce(sum(canceled), 0)::bigint
	FROM tally WHERE endpoint = $1 AND hour >= $2 AND hour < $3`

// Counts implements store.History. Open deliveries are those that have a row; what is still in memory
// after its publish is not known by endpoint without reading every open message.
func (s *Store) Counts(ctx context.Context, endpoint hook.Key, since, until time.Time) (c store.Counts, err error) {
	err = s.reading(ctx, "count deliveries", func(pool *pgxpool.Pool) error {
		return pool.QueryRow(ctx, countDeliveries, endpoint, hourOf(since), hourAfter(until), store.MostCounted).
			Scan(&c.Pending, &c.Sending, &c.Success, &c.Failed, &c.Canceled)
	})
	return c, err
}

// hourAfter is the first hour that begins at t or later, so that the hour in hand counts.
func hourAfter(t time.Time) int64 { return hourOf(t.Add(time.Hour - 1)) }
