package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	// Rows are locked, so that none is taken for processing before this transaction ends.
	receivedStatus = "SELECT key, status FROM received WHERE source = $1 AND id = $2 AND key >= $3 FOR UPDATE"
	statusOfMadeOf = "SELECT key, status FROM received WHERE application = $1 AND message = $2 FOR UPDATE"
	// A new webhook (0) becomes failed (2).
	expungeReceived = `UPDATE received SET query = '', source_url = '', expunged_at = coalesce(expunged_at, $2),
		status = CASE status WHEN 0 THEN 2 ELSE status END, reason = CASE status WHEN 0 THEN $3 ELSE reason END,
		changed_at = CASE status WHEN 0 THEN $2 ELSE changed_at END WHERE key = $1`
	expungeContent = "UPDATE received_content SET headers = '', body = NULL WHERE key = $1"
	deleteOne      = "DELETE FROM received WHERE key = $1"
	deleteOneBody  = "DELETE FROM received_content WHERE key = $1"
)

// ExpungeReceived implements store.Inbox.
func (s *Store) ExpungeReceived(ctx context.Context, source hook.Key, received id.ID) error {
	return s.write(ctx, "expunge the received webhook", func(tx pgx.Tx) error {
		keys, err := idleReceived(ctx, tx, receivedStatus, source, received[:], earliestKey(received[:]))
		if err == nil && len(keys) == 0 {
			err = found("received webhook", pgx.ErrNoRows)
		}
		if err != nil {
			return err
		}
		return s.expungeAll(ctx, tx, keys)
	})
}

// DeleteReceived implements store.Inbox.
func (s *Store) DeleteReceived(ctx context.Context, source hook.Key, received id.ID) error {
	return s.write(ctx, "delete the received webhook", func(tx pgx.Tx) error {
		keys, err := idleReceived(ctx, tx, receivedStatus, source, received[:], earliestKey(received[:]))
		if err == nil && len(keys) == 0 {
			err = found("received webhook", pgx.ErrNoRows)
		}
		if err != nil {
			return err
		}
		for _, query := range []string{deleteOne, deleteOneBody} {
			if _, err := tx.Exec(ctx, query, keys[0]); err != nil {
				return err
			}
		}
		return nil
	})
}

// expungeMadeOf expunges the webhooks that a message was made of.
func (s *Store) expungeMadeOf(ctx context.Context, tx pgx.Tx, application hook.Key, message id.ID) error {
	keys, err := idleReceived(ctx, tx, statusOfMadeOf, application, message[:])
	if err != nil {
		return err
	}
	return s.expungeAll(ctx, tx, keys)
}

// idleReceived returns the keys of the webhooks that a query finds, and refuses if a run is processing one of them.
func idleReceived(ctx context.Context, tx pgx.Tx, query string, args ...any) (keys []int64, err error) {
	if _, err := tx.Exec(ctx, byIndex); err != nil {
		return nil, err
	}
	err = each(ctx, tx, func(row scanner) error {
		var key int64
		var status hook.Intake
		if err := row.Scan(&key, &status); err != nil {
			return err
		}
		keys = append(keys, key)
		return store.RefuseProcessing(status)
	}, query, args...)
	return keys, err
}

func (s *Store) expungeAll(ctx context.Context, tx pgx.Tx, keys []int64) error {
	for _, key := range keys {
		if _, err := tx.Exec(ctx, expungeReceived, key, s.clock.Now().UnixMicro(), []byte(store.ReasonContentExpunged)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, expungeContent, key); err != nil {
			return err
		}
	}
	return nil
}
