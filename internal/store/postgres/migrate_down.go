package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/posthorn/posthorn/internal/fault"
)

// MigrateDown takes the schema of the database back to the given one, for an older program to start on. It
// refuses while nodes are alive, which would go on with tables that are not there any more.
func MigrateDown(ctx context.Context, o Options, to int64) error {
	s := &Store{clock: o.Clock}
	defer s.disconnect()
	if err := s.connect(ctx, o); err != nil {
		return err
	}
	return translate("take the schema back", pgx.BeginFunc(ctx, s.prompt, func(tx pgx.Tx) error {
		if err := alone(ctx, tx, migrating); err != nil {
			return err
		}
		if err := alone(ctx, tx, beginning); err != nil {
			return err
		}
		if err := nobodyAlive(ctx, tx); err != nil {
			return err
		}
		db := stdlib.OpenDBFromPool(s.hot)
		return errors.Join(down(ctx, db, to), db.Close())
	}))
}

func down(ctx context.Context, db *sql.DB, to int64) error {
	if err := adoptFormer(ctx, db); err != nil {
		return err
	}
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.DownTo(ctx, to); err != nil || to >= versionTableSince {
		return err
	}
	return leaveFormer(ctx, db)
}

func nobodyAlive(ctx context.Context, tx pgx.Tx) error {
	var alive int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM run WHERE ended_at IS NULL AND buried_at IS NULL
		AND seen_at + lease > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&alive)
	if err == nil && alive > 0 {
		return fault.New(fault.Conflict, "nodes_alive", "%d nodes work on the database: stop them first.", alive)
	}
	return err
}
