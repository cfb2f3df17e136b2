package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// DeleteApplication implements store.Applications. Its waiting deliveries may be very many, so they end in
// batches behind the removal, like those of a deleted endpoint.
func (s *Store) DeleteApplication(ctx context.Context, ref store.Ref) (hook.Application, error) {
	var removed hook.Application
	var busy []hook.Key
	err := s.write(ctx, "remove the application", func(tx pgx.Tx) (err error) {
		if removed, err = applicationIn(ctx, tx, ref); err != nil {
			return err
		}
		if busy, err = keysOf(ctx, tx, busyEndpoints, removed.Key); err != nil {
			return err
		}
		return s.removeTenant(ctx, tx, removed.Key)
	})
	if err != nil {
		return removed, err
	}
	s.cancelAll(ctx, busy)
	return removed, nil
}

const (
	// One probe for each endpoint, whatever the planner thinks of the backlog: the limit keeps it from joining.
	busyEndpoints = `SELECT e.key FROM endpoint e CROSS JOIN LATERAL
		(SELECT 1 FROM delivery d WHERE d.state = 0 AND d.endpoint = e.key LIMIT 1) waiting WHERE e.application = $1`
	// Settlements lock endpoints by their keys; in the same order the two cannot lock each other out.
	lockEndpoints = "SELECT key FROM endpoint WHERE application = $1 ORDER BY key FOR UPDATE"
)

// removeTenant removes an application, whose row tx holds, with what hangs on it.
func (s *Store) removeTenant(ctx context.Context, tx pgx.Tx, application hook.Key) error {
	for _, query := range []string{
		lockEndpoints,
		"DELETE FROM endpoint WHERE application = $1",
		"DELETE FROM deleted_endpoint WHERE application = $1",
		"DELETE FROM token WHERE application = $1 AND application <> 0",
		"DELETE FROM ad_hoc_event_type WHERE application = $1",
		removeSources,
		"DELETE FROM application WHERE key = $1",
	} {
		if _, err := tx.Exec(ctx, query, application); err != nil {
			return err
		}
	}
	if err := s.changed(ctx, tx, store.Change{Kind: store.TokensChanged}, sourceChanged(application)); err != nil {
		return err
	}
	return s.changedApplication(ctx, tx, application)
}

// keysOf runs a query for keys.
func keysOf(ctx context.Context, from asker, query string, args ...any) (keys []hook.Key, err error) {
	err = each(ctx, from, func(row scanner) error {
		var key hook.Key
		err := row.Scan(&key)
		keys = append(keys, key)
		return err
	}, query, args...)
	return keys, err
}

// cancelBatch is how many deliveries are canceled in one transaction, so that settlements do not wait long
// for their rows.
const cancelBatch = 500

// cancelAll ends what waits for removed endpoints. If that fails half-way nothing is wrong: nobody sends
// to an endpoint that is gone, and the engine ends the rest when it meets it.
func (s *Store) cancelAll(ctx context.Context, endpoints []hook.Key) {
	for _, endpoint := range endpoints {
		for ctx.Err() == nil {
			ended, err := s.Cancel(ctx, endpoint, hook.ReasonDeleted, cancelBatch)
			if err != nil {
				return
			}
			if ended < cancelBatch {
				break
			}
		}
	}
}
