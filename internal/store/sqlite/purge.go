package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Purge implements store.Keeper. Everything is found by ranges of its key and removed row by row, so that
// a batch is as small as it was asked to be, also within one huge message, and the next one goes on.
func (s *Store) Purge(ctx context.Context, before, now time.Time, n int) (int, error) {
	var purged int
	err := s.writer.write(ctx, "purge history", func(t *tx) error {
		purged = 0
		oldest, err := oldestMessage(t, messageKeyAt(before))
		if err != nil {
			return err
		}
		for _, c := range chores(oldest, t.w.run, before, now) {
			changed, err := t.change(c.query, c.args(n-purged)...)
			if err != nil {
				return err
			}
			if purged += int(changed); purged >= n {
				return nil
			}
		}
		return nil
	})
	return purged, err
}

// oldestMessage returns the key of the oldest message there is, and otherwise the one given.
func oldestMessage(t *tx, otherwise hook.Key) (hook.Key, error) {
	err := t.row("SELECT key FROM message WHERE key > 0 ORDER BY key LIMIT 1").Scan(&otherwise)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return otherwise, err
}

// chore is a query that removes what is over in the order of an index, and what it is asked with in front
// of how many.
type chore struct {
	query string
	about []any
}

func (c chore) args(n int) []any { return append(c.about, n) }

// chores returns what Purge does, in its order. Keys rise, so whatever belongs to a message older than the
// oldest is left over: from messages that went in the batch before, or from a step that was settled since.
// It goes first, so that there is never more of it than a batch of messages leaves.
func chores(oldest, run hook.Key, before, now time.Time) []chore {
	return []chore{
		{`DELETE FROM attempt WHERE (message, endpoint, id) IN
			(SELECT message, endpoint, id FROM attempt WHERE message < ? ORDER BY message LIMIT ?)`, []any{oldest}},
		{`DELETE FROM delivery WHERE (endpoint, message) IN (SELECT endpoint, message FROM delivery INDEXED BY delivery_over
			WHERE state IN (3, 4) AND message < ? ORDER BY message LIMIT ?)`, []any{oldest}},
		{`DELETE FROM open_message WHERE message IN
			(SELECT message FROM open_message WHERE message < ? ORDER BY message LIMIT ?)`, []any{oldest}},
		{`DELETE FROM message WHERE key IN (SELECT key FROM message WHERE key < ? ORDER BY key LIMIT ?)`, []any{messageKeyAt(before)}},
		{`DELETE FROM claim WHERE key IN (SELECT key FROM claim INDEXED BY claim_by_end WHERE expires_at <= ? LIMIT ?)`,
			[]any{now.UnixMicro()}},
		{`DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id < ? ORDER BY id LIMIT ?)`, []any{floorOf(before)}},
		{`DELETE FROM tally WHERE (endpoint, hour) IN
			(SELECT endpoint, hour FROM tally INDEXED BY tally_by_hour WHERE hour < ? LIMIT ?)`, []any{hourOf(before)}},
		{`DELETE FROM deleted_endpoint WHERE key IN
			(SELECT key FROM deleted_endpoint INDEXED BY deleted_endpoint_by_time WHERE deleted_at < ? LIMIT ?)`, []any{before.UnixMicro()}},
		{`DELETE FROM token WHERE id IN (SELECT id FROM token INDEXED BY token_of_portal
			WHERE scope = 'portal' AND expires_at <= ? LIMIT ?)`, []any{now.UnixMicro()}},
		{`DELETE FROM token WHERE id IN (SELECT id FROM token INDEXED BY token_by_end
			WHERE expires_at IS NOT NULL AND expires_at < ? LIMIT ?)`, []any{before.UnixMicro()}},
		{`DELETE FROM token WHERE id IN (SELECT id FROM token INDEXED BY token_by_revocation
			WHERE revoked_at IS NOT NULL AND revoked_at < ? LIMIT ?)`, []any{before.UnixMicro()}},
		{`DELETE FROM run WHERE key IN (SELECT key FROM run WHERE ended_at < ? AND key <> ? LIMIT ?)`, []any{before.UnixMicro(), run}},
	}
}

// keysOf runs a query for keys and returns them ready to be arguments.
func keysOf(t *tx, query string, args ...any) (keys []any, err error) {
	var rows *sql.Rows
	if rows, err = t.query(query, args...); err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var key hook.Key
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
