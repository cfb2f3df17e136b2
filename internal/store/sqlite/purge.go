package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Expire implements store.Keeper. Payloads of the usual age are found by their message's key and go
// with the message; only those that asked for less are listed apart.
func (s *Store) Expire(ctx context.Context, now time.Time, n int) (int, error) {
	var expired int
	err := s.writer.write(ctx, "expire payloads", func(t *tx) error {
		messages, err := keysOf(t, "SELECT message FROM short_payload WHERE until <= ? ORDER BY until, message LIMIT ?", now.UnixMicro(), n)
		if err != nil || len(messages) == 0 {
			return err
		}
		expired = len(messages)
		if err := t.each("UPDATE message SET payload = NULL WHERE key IN ", "", messages); err != nil {
			return err
		}
		return t.exec(`DELETE FROM short_payload WHERE (until, message) IN
			(SELECT until, message FROM short_payload WHERE until <= ? ORDER BY until, message LIMIT ?)`, now.UnixMicro(), n)
	})
	return expired, err
}

// Purge implements store.Keeper.
func (s *Store) Purge(ctx context.Context, before, now time.Time, n int) (int, error) {
	var purged int
	err := s.writer.write(ctx, "purge history", func(t *tx) error {
		messages, err := keysOf(t, "SELECT key FROM message WHERE key < ? ORDER BY key LIMIT ?", messageKeyAt(before), n)
		if err != nil {
			return err
		}
		purged = len(messages)
		for _, message := range messages {
			if err := purgeMessage(t, message); err != nil {
				return err
			}
		}
		swept, err := sweep(t, before, now, n)
		purged += swept
		return err
	})
	return purged, err
}

// purgeMessage removes a message and all that hangs on it. Deliveries are found by its targets and its
// attempts, which between them name every endpoint that ever had one.
func purgeMessage(t *tx, message any) error {
	var packed []byte
	if err := t.row("SELECT targets FROM message WHERE key = ?", message).Scan(&packed); err != nil {
		return err
	}
	endpoints, err := keysOf(t, "SELECT DISTINCT endpoint FROM attempt WHERE message = ?", message)
	if err != nil {
		return err
	}
	for _, target := range unpackKeys(packed) {
		endpoints = append(endpoints, target)
	}
	for _, endpoint := range endpoints {
		if err := t.exec("DELETE FROM delivery WHERE endpoint = ? AND message = ?", endpoint, message); err != nil {
			return err
		}
	}
	for _, query := range []string{"DELETE FROM attempt WHERE message = ?", "DELETE FROM open_message WHERE message = ?",
		"DELETE FROM message WHERE key = ?"} {
		if err := t.exec(query, message); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what is over by its own date.
func sweep(t *tx, before, now time.Time, n int) (int, error) {
	var swept int64
	for _, chore := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM claim WHERE key IN (SELECT key FROM claim INDEXED BY claim_by_end WHERE expires_at <= ? LIMIT ?)`, []any{now.UnixMicro(), n}},
		{`DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id < ? ORDER BY id LIMIT ?)`, []any{floorOf(before), n}},
		{`DELETE FROM run WHERE ended_at < ? AND key <> ?`, []any{before.UnixMicro(), t.w.run}},
	} {
		changed, err := t.change(chore.query, chore.args...)
		if err != nil {
			return 0, err
		}
		swept += changed
	}
	return int(swept), nil
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
