package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// What is new of a source that is gone waits for the purge; nobody is given it.
const (
	dueReceived = `SELECT r.key FROM received r INDEXED BY received_new WHERE r.status = 0 AND r.due_at <= ?
		AND EXISTS (SELECT 1 FROM source WHERE source.key = r.source) ORDER BY r.due_at, r.key LIMIT ?`
	earliestReceived = `SELECT r.due_at FROM received r INDEXED BY received_new WHERE r.status = 0
		AND EXISTS (SELECT 1 FROM source WHERE source.key = r.source) ORDER BY r.due_at, r.key LIMIT 1`
	takeReceived = "UPDATE received SET status = 1, run = ?, attempts = attempts + 1, changed_at = ? WHERE key = ?"
)

// Take implements store.Inbox.
func (s *Store) Take(ctx context.Context, now time.Time, n int) ([]hook.Received, error) {
	var all []hook.Received
	err := s.writer.write(ctx, "take received webhooks", func(t *tx) error {
		all = nil
		keys, err := keysOf(t, dueReceived, now.UnixMicro(), n)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := t.exec(takeReceived, t.w.run, now.UnixMicro(), key); err != nil {
				return err
			}
			r, err := scanReceived(t.row(receivedWhole, key))
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// NextArrival implements store.Inbox.
func (s *Store) NextArrival(ctx context.Context) (time.Time, bool, error) {
	var due int64
	err := s.prompt.QueryRowContext(ctx, earliestReceived).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return time.UnixMicro(due).UTC(), err == nil, translate("find the next webhook", err)
}

// One program at a time opens the file, so any other run is dead. What this run has comes by the time of its change.
const (
	stuckOfOthers = "SELECT key FROM received INDEXED BY received_processing WHERE status = 1 AND run < ? LIMIT ?"
	stuckOfLater  = "SELECT key FROM received INDEXED BY received_processing WHERE status = 1 AND run > ? LIMIT ?"
	stuckOfOwn    = `SELECT key FROM received INDEXED BY received_processing WHERE status = 1 AND run = ? AND (changed_at < ? OR changed_at > ?)
		ORDER BY changed_at LIMIT ?`
)

// ReturnStuck implements store.Inbox.
func (s *Store) ReturnStuck(ctx context.Context, before, now time.Time, n int) (returned int, err error) {
	err = s.writer.write(ctx, "return stuck webhooks", func(t *tx) error {
		returned = 0
		for _, stuck := range []struct {
			query string
			about []any
		}{{stuckOfOthers, []any{t.w.run}}, {stuckOfLater, []any{t.w.run}}, {stuckOfOwn, []any{t.w.run, before.UnixMicro(), store.Ahead(before, now).UnixMicro()}}} {
			keys, err := keysOf(t, stuck.query, append(stuck.about, n-returned)...)
			if err != nil {
				return err
			}
			for _, key := range keys {
				if err := t.exec(makeNew, now.UnixMicro(), now.UnixMicro(), key); err != nil {
					return err
				}
			}
			returned += len(keys)
		}
		return nil
	})
	return returned, err
}

const makeNew = "UPDATE received SET status = 0, run = 0, due_at = ?, changed_at = ? WHERE key = ?"

// Reprocess implements store.Inbox.
func (s *Store) Reprocess(ctx context.Context, source hook.Key, received id.ID, now time.Time) error {
	return s.writer.write(ctx, "process the webhook again", func(t *tx) error {
		r, err := scanReceived(t.row(receivedWithID, source, received[:]))
		if err != nil {
			return found("received webhook", err)
		}
		if err := repeatable(r); err != nil {
			return err
		}
		return t.exec("UPDATE received SET status = 0, attempts = 0, due_at = ?, changed_at = ?, reason = '' WHERE key = ?",
			now.UnixMicro(), now.UnixMicro(), r.Key)
	})
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
