package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	receivedStatus = "SELECT key, status FROM received INDEXED BY received_by_id WHERE source = ? AND id = ?"
	statusOfMadeOf = "SELECT key, status FROM received INDEXED BY received_as WHERE application = ? AND message = ?"
	// A new webhook (0) becomes failed (2).
	expungeReceived = `UPDATE received SET query = '', source_url = '', expunged_at = coalesce(expunged_at, ?1),
		status = iif(status = 0, 2, status), reason = iif(status = 0, ?2, reason), changed_at = iif(status = 0, ?1, changed_at) WHERE key = ?3`
	expungeContent = "UPDATE received_content SET headers = x'', body = NULL WHERE key = ?"
)

// ExpungeReceived implements store.Inbox.
func (s *Store) ExpungeReceived(ctx context.Context, source hook.Key, received id.ID) error {
	return s.writer.write(ctx, "expunge the received webhook", func(t *tx) error {
		key, err := idleReceived(t, source, received)
		if err != nil {
			return err
		}
		return expungeAll(t, []hook.Key{key})
	})
}

// DeleteReceived implements store.Inbox.
func (s *Store) DeleteReceived(ctx context.Context, source hook.Key, received id.ID) error {
	return s.writer.write(ctx, "delete the received webhook", func(t *tx) error {
		key, err := idleReceived(t, source, received)
		if err != nil {
			return err
		}
		return removeReceived(t, []any{key})
	})
}

// idleReceived returns the key of a webhook that no run is processing.
func idleReceived(t *tx, source hook.Key, received id.ID) (key hook.Key, err error) {
	var status hook.Intake
	if err := t.row(receivedStatus, source, received[:]).Scan(&key, &status); err != nil {
		return 0, found("received webhook", err)
	}
	return key, store.RefuseProcessing(status)
}

// expungeMadeOf expunges the webhooks that a message was made of.
func expungeMadeOf(t *tx, application hook.Key, message id.ID) error {
	keys, err := idleMadeOf(t, application, message)
	if err != nil {
		return err
	}
	return expungeAll(t, keys)
}

func idleMadeOf(t *tx, application hook.Key, message id.ID) (keys []hook.Key, err error) {
	rows, err := t.query(statusOfMadeOf, application, message[:])
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var key hook.Key
		var status hook.Intake
		if err := rows.Scan(&key, &status); err != nil {
			return nil, err
		}
		if err := store.RefuseProcessing(status); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func expungeAll(t *tx, keys []hook.Key) error {
	now := t.w.clock.Now().UnixMicro()
	for _, key := range keys {
		if err := t.exec(expungeReceived, now, store.ReasonContentExpunged, key); err != nil {
			return err
		}
		if err := t.exec(expungeContent, key); err != nil {
			return err
		}
	}
	return nil
}
