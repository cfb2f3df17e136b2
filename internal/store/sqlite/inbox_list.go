package sqlite

import (
	"context"
	"slices"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	receivedColumns = ` r.key, r.source, r.application, r.id, r.method, r.query, r.content_type, r.source_url, r.remote, r.key_hint,
		r.event_id, r.event_type, r.occurred_at, r.received_at, r.status, r.attempts, r.due_at, r.changed_at, r.reason, r.message,
		r.expunged_at `
	withContent = `, c.headers, c.body IS NOT NULL, c.body FROM received r LEFT JOIN received_content c ON c.key = r.key WHERE `

	receivedWalk  = "SELECT r.key, r.id, r.status, r.event_type, 0 FROM received r INDEXED BY received_by_id" + receivedRange
	receivedSized = `SELECT r.key, r.id, r.status, r.event_type, coalesce(octet_length(c.headers), 0) + coalesce(octet_length(c.body), 0)
		FROM received r INDEXED BY received_by_id LEFT JOIN received_content c ON c.key = r.key` + receivedRange
	receivedRange  = " WHERE r.source = ? AND r.id >= ? AND r.id < ?"
	receivedBare   = "SELECT" + receivedColumns + ", NULL, 0, NULL FROM received r WHERE r.key = ?"
	receivedWhole  = "SELECT" + receivedColumns + withContent + "r.key = ?"
	receivedWithID = "SELECT" + receivedColumns + withContent + "r.source = ? AND r.id = ?"
	receivedOf     = "SELECT" + receivedColumns + withContent + "r.application = ? AND r.message = ? ORDER BY r.key DESC LIMIT 1"
)

// scanReceived reads a webhook with its content, or nil for that.
func scanReceived(row scanner) (hook.Received, error) {
	var r hook.Received
	var has bool
	err := row.Scan(&r.Key, &r.SourceKey, &r.ApplicationKey, pack.IntoID(&r.ID), &r.Method, &r.Query, &r.ContentType, &r.SourceURL, &r.Remote,
		&r.KeyHint, &r.EventID, &r.EventType, pack.IntoTime(&r.OccurredAt), pack.IntoTime(&r.ReceivedAt), &r.Status, &r.Attempts,
		pack.IntoTime(&r.DueAt), pack.IntoTime(&r.ChangedAt), &r.Reason, pack.IntoID(&r.Message), pack.IntoTime(&r.ExpungedAt),
		pack.IntoHeader(&r.Headers), &has, &r.Body)
	if has && r.Body == nil {
		r.Body = []byte{}
	}
	return r, err
}

// ReceivedList implements store.Inbox.
func (s *Store) ReceivedList(ctx context.Context, source hook.Key, f store.ReceivedFilter, page store.Page[id.ID]) (
	list store.List[hook.Received, id.ID], err error,
) {
	low, high := walk.IDs(page, walk.Span{After: f.After, Before: f.Before})
	err = s.look(ctx, "list what was received", func(view snapshot) error {
		keys, err := pageOf(ctx, view, page, receivedScan(f), order(receivedWalkQuery(f.WithContent), "r.id", page), source, low, high)
		if err != nil {
			return err
		}
		list, err = fill(ctx, view, keys, receivedQuery(f.WithContent), func(find func(...any) scanner, key hook.Key) (hook.Received, error) {
			return scanReceived(find(key))
		})
		return err
	})
	return list, err
}

// receivedScan reads a row of receivedWalk and asks the filter.
func receivedScan(f store.ReceivedFilter) func(scanner) (walk.Entry[hook.Key, id.ID], error) {
	return func(from scanner) (e walk.Entry[hook.Key, id.ID], err error) {
		var status hook.Intake
		var eventType string
		err = from.Scan(&e.Item, pack.IntoID(&e.At), &status, &eventType, &e.Size)
		e.Keep = f.Fits(status, eventType)
		return e, err
	}
}

// receivedWalkQuery lists webhooks, with the size of their content or without.
func receivedWalkQuery(content bool) string {
	if content {
		return receivedSized
	}
	return receivedWalk
}

// receivedQuery finds a webhook by its key, with its content or without.
func receivedQuery(content bool) string {
	if content {
		return receivedWhole
	}
	return receivedBare
}

// ReceivedOne implements store.Inbox.
func (s *Store) ReceivedOne(ctx context.Context, source hook.Key, received id.ID) (hook.Received, error) {
	r, err := scanReceived(s.read.QueryRowContext(ctx, receivedWithID, source, received[:]))
	return r, found("received webhook", err)
}

// ReceivedAs implements store.Inbox. Of several, after a move from one source to another, it is the newest.
func (s *Store) ReceivedAs(ctx context.Context, application hook.Key, message id.ID) (hook.Received, error) {
	r, err := scanReceived(s.read.QueryRowContext(ctx, receivedOf, application, message[:]))
	return r, found("received webhook", err)
}

const (
	countStatus = `SELECT count(*) FROM (SELECT 1 FROM received INDEXED BY received_by_status
		WHERE source = ? AND status = ? AND status <> 1 LIMIT ?)`
	// What is being processed is as little as fits into memory.
	countProcessing = "SELECT count(*) FROM (SELECT 1 FROM received INDEXED BY received_processing WHERE status = 1 AND source = ? LIMIT ?)"
)

// StatusCounts implements store.Inbox.
func (s *Store) StatusCounts(ctx context.Context, source hook.Key) (map[hook.Intake]int64, error) {
	counts := map[hook.Intake]int64{}
	err := s.look(ctx, "count what was received", func(view snapshot) error {
		for _, status := range []hook.Intake{hook.IntakeNew, hook.IntakeProcessing, hook.IntakeFailed, hook.IntakeDone} {
			query, args := countStatus, []any{source, status, store.MostCounted}
			if status == hook.IntakeProcessing {
				query, args = countProcessing, slices.Delete(args, 1, 2)
			}
			var n int64
			if err := view.tx.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
				return err
			}
			counts[status] = n
		}
		return nil
	})
	return counts, err
}
