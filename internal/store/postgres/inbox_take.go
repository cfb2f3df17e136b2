package postgres

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// What is new of a source that is gone waits for the purge; nobody is given it. Rows that another program is taking
// are passed over.
const takeReceived = `WITH chosen AS (SELECT r.key FROM received r WHERE r.status = 0 AND r.due_at <= $2
		AND EXISTS (SELECT 1 FROM source WHERE source.key = r.source) ORDER BY r.due_at, r.key LIMIT $3 FOR UPDATE OF r SKIP LOCKED),
	taken AS (UPDATE received r SET status = 1, run = $1, attempts = r.attempts + 1, changed_at = $2 FROM chosen
		WHERE r.key = chosen.key RETURNING r.*)
	SELECT` + receivedColumns + `, c.headers, c.body IS NOT NULL, c.body FROM taken r LEFT JOIN received_content c ON c.key = r.key
	ORDER BY r.due_at, r.key`

// Take implements store.Inbox.
func (s *Store) Take(ctx context.Context, now time.Time, n int) ([]hook.Received, error) {
	var all []hook.Received
	err := s.own(ctx, "take received webhooks", func(b *pgx.Batch, run hook.Key) {
		b.Queue(byIndex)
		b.Queue(takeReceived, int64(run), now.UnixMicro(), n).Query(func(rows pgx.Rows) (err error) {
			all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (hook.Received, error) { return scanReceived(row) })
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

const earliestReceived = `SELECT r.due_at FROM received r WHERE r.status = 0
	AND EXISTS (SELECT 1 FROM source WHERE source.key = r.source) ORDER BY r.due_at, r.key LIMIT 1`

// NextArrival implements store.Inbox.
func (s *Store) NextArrival(ctx context.Context) (time.Time, bool, error) {
	var due int64
	err := s.glance(ctx, "find the next webhook", func(tx pgx.Tx) error { return tx.QueryRow(ctx, earliestReceived).Scan(&due) })
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return timeAt(due), err == nil, err
}

// glance is view on the primary, for what somebody waits for.
func (s *Store) glance(ctx context.Context, doing string, read func(pgx.Tx) error) error {
	return translate(doing, pgx.BeginTxFunc(ctx, s.prompt, pgx.TxOptions{BeginQuery: beginView}, read))
}

const (
	// Who has something, found by one step into the index for each, and whether it is dead.
	processingBy = `WITH RECURSIVE h AS ((SELECT run FROM received WHERE status = 1 ORDER BY run LIMIT 1) UNION ALL
		SELECT (SELECT r.run FROM received r WHERE r.status = 1 AND r.run > h.run ORDER BY r.run LIMIT 1) FROM h WHERE h.run IS NOT NULL)
		SELECT h.run, r.key IS NULL OR r.ended_at IS NOT NULL OR r.buried_at IS NOT NULL FROM h
		LEFT JOIN run r ON r.key = h.run WHERE h.run IS NOT NULL`
	returnStuck = `WITH chosen AS (SELECT key FROM received WHERE status = 1 AND run = $2 AND (changed_at < $3 OR changed_at > $5)
		ORDER BY changed_at, key LIMIT $4 FOR UPDATE SKIP LOCKED)
		UPDATE received r SET status = 0, run = 0, due_at = $1, changed_at = $1 FROM chosen WHERE r.key = chosen.key`
)

// ReturnStuck implements store.Inbox. One program at a time does it.
func (s *Store) ReturnStuck(ctx context.Context, before, now time.Time, n int) (returned int, err error) {
	err = s.chore(ctx, returning, "return stuck webhooks", func(tx pgx.Tx) error {
		returned = 0
		borders, err := bordersOf(ctx, tx, before)
		if err != nil {
			return err
		}
		for run, border := range borders {
			done, err := tx.Exec(ctx, returnStuck, now.UnixMicro(), int64(run), border, n-returned, store.Ahead(before, now).UnixMicro())
			if err != nil {
				return err
			}
			returned += int(done.RowsAffected())
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if returned > 0 {
		s.herald.work()
	}
	return returned, nil
}

// bordersOf returns the runs that are processing something, each with the time before which that is stuck: of a
// dead run everything is.
func bordersOf(ctx context.Context, tx pgx.Tx, before time.Time) (map[hook.Key]int64, error) {
	if _, err := tx.Exec(ctx, byIndex); err != nil {
		return nil, err
	}
	borders := map[hook.Key]int64{}
	return borders, each(ctx, tx, func(row scanner) error {
		var run hook.Key
		var dead bool
		err := row.Scan(&run, &dead)
		borders[run] = before.UnixMicro()
		if dead {
			borders[run] = math.MaxInt64
		}
		return err
	}, processingBy)
}

const reprocess = "UPDATE received SET status = 0, attempts = 0, due_at = $2, changed_at = $2, reason = '' WHERE key = $1"

// Reprocess implements store.Inbox.
func (s *Store) Reprocess(ctx context.Context, source hook.Key, received id.ID, now time.Time) error {
	err := s.write(ctx, "process the webhook again", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, byIndex); err != nil {
			return err
		}
		r, err := scanReceived(tx.QueryRow(ctx, receivedWithID+" FOR UPDATE OF r", source, received[:], earliestKey(received[:])))
		if err != nil {
			return found("received webhook", err)
		}
		if err := repeatable(r); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, reprocess, r.Key, now.UnixMicro())
		return err
	})
	if err == nil {
		s.herald.work()
	}
	return err
}

// repeatable refuses what cannot be processed again.
func repeatable(r hook.Received) error {
	switch {
	case !r.Status.Ended():
		return fault.New(fault.Conflict, "still_processing", "This webhook has not been processed yet: see how that ends, and process it again then.")
	case r.Body == nil:
		return fault.New(fault.Conflict, "body_gone", "The body of this webhook is gone: it cannot be processed again.")
	}
	return nil
}
