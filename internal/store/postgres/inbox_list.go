package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

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

	receivedWalk = `SELECT r.key, r.id, r.status, r.event_type, 0 FROM received r
		WHERE r.source = $1 AND r.id >= $2 AND r.id < $3 AND r.key >= $4 ORDER BY r.id {order} LIMIT {rows}`
	receivedSized = `SELECT r.key, r.id, r.status, r.event_type, coalesce(c.size, 0)
		FROM (SELECT r.key, r.id, r.status, r.event_type FROM received r
			WHERE r.source = $1 AND r.id >= $2 AND r.id < $3 AND r.key >= $4 ORDER BY r.id {order} LIMIT {rows}) r
		LEFT JOIN LATERAL (SELECT coalesce(octet_length(headers), 0) + coalesce(octet_length(body), 0) AS size
			FROM received_content WHERE key = r.key LIMIT 1) c ON true
		ORDER BY r.id {order}`
	receivedWithID = "SELECT" + receivedColumns + withContent + "r.source = $1 AND r.id = $2 AND r.key >= $3"
	receivedOf     = "SELECT" + receivedColumns + withContent + "r.application = $1 AND r.message = $2 ORDER BY r.key DESC LIMIT 1"

	receivedAsked = ` FROM unnest($1::bigint[]) WITH ORDINALITY AS asked(key, place)
		CROSS JOIN LATERAL (SELECT * FROM received WHERE key = asked.key LIMIT 1) r`
	receivedBare  = "SELECT" + receivedColumns + ", NULL::bytea, false, NULL::bytea, asked.place" + receivedAsked
	receivedWhole = "SELECT" + receivedColumns + ", c.headers, c.body IS NOT NULL, c.body, asked.place" + receivedAsked +
		" LEFT JOIN LATERAL (SELECT * FROM received_content WHERE key = asked.key LIMIT 1) c ON true"
)

// scanReceived reads a webhook with its content, or nil for that, and, behind its columns, whatever more takes.
func scanReceived(row scanner, more ...any) (hook.Received, error) {
	var r hook.Received
	var has bool
	err := row.Scan(append([]any{&r.Key, &r.SourceKey, &r.ApplicationKey, pack.IntoID(&r.ID), pack.IntoRaw(&r.Method), pack.IntoRaw(&r.Query),
		pack.IntoRaw(&r.ContentType), pack.IntoRaw(&r.SourceURL), pack.IntoRaw(&r.Remote), pack.IntoRaw(&r.KeyHint),
		pack.IntoRaw(&r.EventID), pack.IntoRaw(&r.EventType), pack.IntoTime(&r.OccurredAt), pack.IntoTime(&r.ReceivedAt), &r.Status, &r.Attempts,
		pack.IntoTime(&r.DueAt), pack.IntoTime(&r.ChangedAt), pack.IntoRaw(&r.Reason), pack.IntoID(&r.Message),
		pack.IntoTime(&r.ExpungedAt), pack.IntoHeader(&r.Headers), &has, &r.Body}, more...)...)
	if has && r.Body == nil {
		r.Body = []byte{}
	}
	return r, err
}

// ReceivedList implements store.Inbox.
func (s *Store) ReceivedList(ctx context.Context, source hook.Key, f store.ReceivedFilter, page store.Page[id.ID]) (
	list store.List[hook.Received, id.ID], err error,
) {
	walked := question[hook.Key, id.ID]{
		query: receivedWalkQuery(f.WithContent),
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{After: f.After, Before: f.Before})
			return []any{source, low, high, earliestKey(low)}
		},
		scan: func(from scanner) (e walk.Entry[hook.Key, id.ID], err error) {
			var status hook.Intake
			var eventType string
			err = from.Scan(&e.Item, pack.IntoID(&e.At), &status, pack.IntoRaw(&eventType), &e.Size)
			e.Keep = f.Fits(status, eventType)
			return e, err
		},
	}
	err = s.view(ctx, "list what was received", func(tx pgx.Tx) error {
		keys, err := walked.page(ctx, tx, page)
		if err != nil {
			return err
		}
		list, err = fill(ctx, tx, keys, func(row scanner, place *int) (hook.Received, error) { return scanReceived(row, place) },
			receivedQuery(f.WithContent), numbers(keys.Items, itself))
		return err
	})
	return list, err
}

// receivedWalkQuery lists webhooks, with the size of their content or without.
func receivedWalkQuery(content bool) string {
	if content {
		return receivedSized
	}
	return receivedWalk
}

// receivedQuery finds webhooks by their keys, with their content or without.
func receivedQuery(content bool) string {
	if content {
		return receivedWhole
	}
	return receivedBare
}

// ReceivedOne implements store.Inbox.
func (s *Store) ReceivedOne(ctx context.Context, source hook.Key, received id.ID) (hook.Received, error) {
	return s.receivedBy(ctx, receivedWithID, source, received[:], earliestKey(received[:]))
}

// ReceivedAs implements store.Inbox. Of several it is the newest.
func (s *Store) ReceivedAs(ctx context.Context, application hook.Key, message id.ID) (hook.Received, error) {
	return s.receivedBy(ctx, receivedOf, application, message[:])
}

func (s *Store) receivedBy(ctx context.Context, query string, args ...any) (r hook.Received, err error) {
	err = s.glance(ctx, "read the received webhook", func(tx pgx.Tx) (err error) {
		r, err = scanReceived(tx.QueryRow(ctx, query, args...))
		return found("received webhook", err)
	})
	return r, err
}

// One statement, so that the numbers fit together. What is being processed is as little as fits into memory.
const countReceived = `SELECT
	(SELECT count(*) FROM (SELECT 1 FROM received WHERE source = $1 AND status = 0 AND status <> 1 LIMIT $2) n),
	(SELECT count(*) FROM (SELECT 1 FROM received WHERE status = 1 AND run >= 0 AND source = $1 LIMIT $2) p),
	(SELECT count(*) FROM (SELECT 1 FROM received WHERE source = $1 AND status = 2 AND status <> 1 LIMIT $2) f),
	(SELECT count(*) FROM (SELECT 1 FROM received WHERE source = $1 AND status = 3 AND status <> 1 LIMIT $2) d)`

// StatusCounts implements store.Inbox.
func (s *Store) StatusCounts(ctx context.Context, source hook.Key) (map[hook.Intake]int64, error) {
	var fresh, processing, failed, done int64
	err := s.view(ctx, "count what was received", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, countReceived, source, store.MostCounted).Scan(&fresh, &processing, &failed, &done)
	})
	return map[hook.Intake]int64{hook.IntakeNew: fresh, hook.IntakeProcessing: processing, hook.IntakeFailed: failed, hook.IntakeDone: done}, err
}
