package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
)

// Expire implements store.Keeper. Payloads that asked for less than usual are listed apart. The others
// are found by their message's key, for keys say when a message was taken in.
func (s *Store) Expire(ctx context.Context, now time.Time, n int) (seen int, err error) {
	err = s.chore(ctx, expiring, "expire payloads", func(tx pgx.Tx) (err error) {
		if seen, err = expireShort(ctx, tx, now, n); err != nil || seen > 0 {
			return err
		}
		seen, err = expireUsual(ctx, tx, messageKeyAt(now.Add(-usualPayloadLife)), n)
		return err
	})
	if err != nil {
		return 0, err
	}
	return seen, nil
}

func expireShort(ctx context.Context, tx pgx.Tx, now time.Time, n int) (int, error) {
	messages, err := numbersOf(ctx, tx, `DELETE FROM short_payload WHERE until <= $1 AND (until, message) IN
		(SELECT until, message FROM short_payload WHERE until <= $1 ORDER BY until, message LIMIT $2) RETURNING message`, now.UnixMicro(), n)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	return len(messages), dropPayloads(ctx, tx, messages)
}

// expireUsual goes on where the last call stopped, so that no message is looked at twice, also not after a
// restart.
func expireUsual(ctx context.Context, tx pgx.Tx, before hook.Key, n int) (int, error) {
	messages, err := numbersOf(ctx, tx, `SELECT key FROM message
		WHERE key > coalesce((SELECT message FROM expired WHERE one = 1), 0) AND key < $1 ORDER BY key LIMIT $2`, int64(before), n)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	if err := dropPayloads(ctx, tx, messages); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO expired VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET message = excluded.message",
		messages[len(messages)-1])
	return len(messages), err
}

func dropPayloads(ctx context.Context, tx pgx.Tx, messages []int64) error {
	_, err := tx.Exec(ctx, dropPayload+"payload IS NOT NULL AND key = ANY($1)", messages)
	return err
}

// numbersOf runs a query for keys.
func numbersOf(ctx context.Context, tx pgx.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
