package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// beginView begins a transaction that sees one state of the database, whatever is written beside it, and in which the
// planner does what the lists are written for: walk an index in the order of the list until the page is full,
// and look up the rest row by row. Left to itself it believes its statistics, by which a part of a table
// that has filled since yesterday is still empty, and sorts a customer's whole history for a page of it; or it
// plans for each page anew, or compiles it, which takes longer than to read it
// (https://www.postgresql.org/docs/current/runtime-config-query.html). The settings end with the transaction, so they
// are safe behind a pooler.
const beginView = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
	SET LOCAL plan_cache_mode = force_generic_plan;
	SET LOCAL jit = off;
	SET LOCAL enable_sort = off;
	SET LOCAL enable_incremental_sort = off;
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_bitmapscan = off;
	SET LOCAL enable_hashjoin = off;
	SET LOCAL enable_mergejoin = off`

// view runs read on a snapshot. A replica breaks off what holds up its following the primary: that is tried once more.
func (s *Store) view(ctx context.Context, doing string, read func(pgx.Tx) error) error {
	return s.reading(ctx, doing, func(pool *pgxpool.Pool) error {
		options := pgx.TxOptions{BeginQuery: beginView}
		err := pgx.BeginTxFunc(ctx, pool, options, read)
		if stateOf(err) == serializationFailure {
			err = pgx.BeginTxFunc(ctx, pool, options, read)
		}
		return err
	})
}
