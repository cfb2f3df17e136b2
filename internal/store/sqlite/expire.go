package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// usualPayloadLife is how long a payload is kept that asked for no less.
const usualPayloadLife = hook.MaxPayloadLife

// Expire implements store.Keeper. Payloads that asked for less than usual are listed apart. The others
// are found by their message's key, for keys say when a message was committed.
func (s *Store) Expire(ctx context.Context, now time.Time, n int) (int, error) {
	var seen int
	err := s.writer.write(ctx, "expire payloads", func(t *tx) (err error) {
		if seen, err = expireShort(t, now, n); err != nil || seen > 0 {
			return err
		}
		seen, err = expireUsual(t, messageKeyAt(now.Add(-usualPayloadLife)), n)
		return err
	})
	return seen, err
}

func expireShort(t *tx, now time.Time, n int) (int, error) {
	messages, err := keysOf(t, "SELECT message FROM short_payload WHERE until <= ? ORDER BY until, message LIMIT ?", now.UnixMicro(), n)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	if err := t.each(dropPayloads+"key IN ", "", messages); err != nil {
		return 0, err
	}
	return len(messages), t.exec(`DELETE FROM short_payload WHERE (until, message) IN
		(SELECT until, message FROM short_payload WHERE until <= ? ORDER BY until, message LIMIT ?)`, now.UnixMicro(), n)
}

// expireUsual goes on where the last call stopped, so that no message is looked at twice, also not after a
// restart.
func expireUsual(t *tx, before hook.Key, n int) (int, error) {
	var behind hook.Key
	if err := t.row("SELECT message FROM expired WHERE one = 1").Scan(&behind); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	messages, err := keysOf(t, "SELECT key FROM message WHERE key > ? AND key < ? ORDER BY key LIMIT ?", behind, before, n)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	if err := t.each(dropPayloads+"payload IS NOT NULL AND key IN ", "", messages); err != nil {
		return 0, err
	}
	return len(messages), t.exec("INSERT INTO expired VALUES (1, ?) ON CONFLICT DO UPDATE SET message = excluded.message",
		messages[len(messages)-1])
}
