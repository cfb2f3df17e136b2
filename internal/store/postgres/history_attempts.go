package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	// What attemptScan reads of an attempt. The size is of what attemptsWhole has more than attemptsBare, and reads neither.
	attemptWalked = ` a.message, a.endpoint, a.id, a.outcome, a.status,
		coalesce(octet_length(a.response), 0) + coalesce(octet_length(a.headers), 0)`
	// The endpoint's attempts lie in the indexes of the partitions in the order of the list. All are looked into: an
	// endpoint's newest attempt may be of an old message.
	attemptsOfEndpoint = `(SELECT` + attemptWalked + ` AS size FROM attempt a
		WHERE a.endpoint = $1 AND a.id >= $2 AND a.id < $3 ORDER BY a.id {order} LIMIT {rows}) a`
	attemptWalkOfEndpoint = "SELECT a.message, a.endpoint, a.id, a.outcome, a.status, a.size, '', NULL::text, NULL::text, true FROM " + attemptsOfEndpoint +
		" ORDER BY a.id {order}"
	// What a message is about costs a look at it, so it is asked for only if the filter wants to know. A limit of one
	// says that it is looked up row by row, here and below.
	attemptWalkByTopic = `SELECT a.message, a.endpoint, a.id, a.outcome, a.status, a.size, m.event_type, m.channels, m.tags, m.key IS NOT NULL
		FROM ` + attemptsOfEndpoint + topicOfAttempt + " ORDER BY a.id {order}"
	topicOfAttempt = `
		LEFT JOIN LATERAL (SELECT key, event_type, channels, tags,` + messageSize + `AS size FROM message m WHERE key = a.message LIMIT 1) m ON true`
	// The attempts of a message lie by endpoint and are sorted for the list: as many as one message has.
	attemptWalkOfMessage = "SELECT" + attemptWalked + `, '', NULL::text, NULL::text, true FROM attempt a
		WHERE a.message = $1 AND a.id >= $2 AND a.id < $3 ORDER BY a.id {order} LIMIT {rows}`
	attemptWalkOfBoth = "SELECT" + attemptWalked + `, '', NULL::text, NULL::text, true FROM attempt a
		WHERE a.message = $1 AND a.id >= $2 AND a.id < $3 AND a.endpoint = $4 ORDER BY a.id {order} LIMIT {rows}`

	attemptColumns = ` m.application, a.message, a.endpoint, a.id, a.outcome, a.cause, a.status, a.trigger, a.number,
		a.duration, a.url, a.truncated, m.id, coalesce(e.id, g.id), m.event_type, m.event_id, m.channels, m.tags, m.created_at`
	attemptsWhole = "SELECT" + attemptColumns + ", a.response, a.headers" + attemptsAsked
	attemptsBare  = "SELECT" + attemptColumns + ", NULL::bytea, NULL::text" + attemptsAsked
	attemptsAsked = `, asked.place
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS asked(message, endpoint, id, place)
		CROSS JOIN LATERAL (SELECT * FROM attempt WHERE message = asked.message AND endpoint = asked.endpoint AND id = asked.id LIMIT 1) a
		CROSS JOIN LATERAL (SELECT application, id, event_type, event_id, channels, tags, created_at FROM message
			WHERE key = asked.message LIMIT 1) m
		LEFT JOIN LATERAL (SELECT id FROM endpoint WHERE key = asked.endpoint LIMIT 1) e ON true
		LEFT JOIN LATERAL (SELECT id FROM deleted_endpoint WHERE key = asked.endpoint LIMIT 1) g ON true`
	attemptWithID = "SELECT" + attemptColumns + `, a.response, a.headers FROM attempt a JOIN message m ON m.key = a.message
		LEFT JOIN endpoint e ON e.key = a.endpoint LEFT JOIN deleted_endpoint g ON g.key = a.endpoint
		WHERE a.message = $1 AND a.id = $2`
	forgetAttemptBody = "UPDATE attempt SET response = $3, headers = NULL WHERE message = $1 AND id = $2"
)

// attemptKey is what an attempt's row is found by.
type attemptKey struct {
	message, endpoint hook.Key
	id                id.ID
}

// attemptScan reads a row of a walk over attempts and asks the filter.
func attemptScan(f store.AttemptFilter) func(scanner) (walk.Entry[attemptKey, id.ID], error) {
	return func(from scanner) (walk.Entry[attemptKey, id.ID], error) {
		var e walk.Entry[attemptKey, id.ID]
		var outcome hook.OutcomeKind
		var status int
		var about walk.Topic
		err := from.Scan(&e.Item.message, &e.Item.endpoint, pack.IntoID(&e.At), &outcome, &status, &e.Size,
			pack.IntoText(&about.EventType), pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags), &e.Keep)
		e.Item.id = e.At
		e.Keep, e.Size = e.Keep && walk.Keeps(f, about, store.StatusOf(outcome), status), walk.SizeOf(f.WithContent, e.Size)
		return e, err
	}
}

// scanAttempt reads the columns of attemptsWhole or attemptsBare and, behind them, whatever more takes.
func scanAttempt(row scanner, more ...any) (store.AttemptRecord, error) {
	var r store.AttemptRecord
	var micros int64
	a, m := &r.Attempt, &r.Message
	err := row.Scan(append([]any{&a.ApplicationKey, &a.MessageKey, &a.EndpointKey, pack.IntoID(&a.ID), &a.Outcome, &a.Cause,
		&a.Status, &a.Trigger, &a.Number, &micros, &a.URL, &a.Truncated, pack.IntoID(&m.ID), pack.IntoID(&r.EndpointID),
		&m.EventType, pack.IntoText(&m.EventID), pack.IntoJSON(&m.Channels), pack.IntoJSON(&m.Tags), pack.IntoTime(&m.CreatedAt),
		&a.Response, pack.IntoJSON(&a.Headers)}, more...)...)
	a.Duration = time.Duration(micros) * time.Microsecond
	a.StartedAt = a.ID.Time().Truncate(time.Microsecond)
	return r, err
}

// AttemptsByEndpoint implements store.History.
func (s *Store) AttemptsByEndpoint(ctx context.Context, endpoint hook.Endpoint, f store.AttemptFilter, page store.Page[id.ID]) (
	store.List[store.AttemptRecord, id.ID], error,
) {
	if f.ByTopic() {
		return s.attempts(ctx, f, page, attemptWalkByTopic, endpoint.Key)
	}
	return s.attempts(ctx, f, page, attemptWalkOfEndpoint, endpoint.Key)
}

// AttemptsByMessage implements store.History.
func (s *Store) AttemptsByMessage(ctx context.Context, message hook.Message, f store.AttemptFilter, page store.Page[id.ID]) (
	store.List[store.AttemptRecord, id.ID], error,
) {
	if !(walk.Topic{EventType: message.EventType, Channels: message.Channels, Tags: message.Tags}).Fits(f.EventTypes, f.Channel, f.Tag) {
		return store.List[store.AttemptRecord, id.ID]{Items: []store.AttemptRecord{}, Done: true}, nil
	}
	f.EventTypes, f.Channel, f.Tag = nil, "", ""
	if f.Endpoint != 0 {
		return s.attempts(ctx, f, page, attemptWalkOfBoth, message.Key, f.Endpoint)
	}
	return s.attempts(ctx, f, page, attemptWalkOfMessage, message.Key)
}

// attempts reads a page of attempts that a walk finds: those of an owner, and of what more says.
func (s *Store) attempts(ctx context.Context, f store.AttemptFilter, page store.Page[id.ID], query string, owner hook.Key, more ...any) (
	list store.List[store.AttemptRecord, id.ID], err error,
) {
	walked := question[attemptKey, id.ID]{
		query: query,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{After: f.After, Before: f.Before})
			return append([]any{owner, low, high}, more...)
		},
		scan: attemptScan(f),
	}
	err = s.view(ctx, "list the attempts", func(tx pgx.Tx) error {
		keys, err := walked.page(ctx, tx, page)
		if err == nil {
			list, err = fillAttempts(ctx, tx, keys, f.WithContent)
		}
		return err
	})
	return list, err
}

func fillAttempts(ctx context.Context, from asker, keys store.List[attemptKey, id.ID], content bool) (store.List[store.AttemptRecord, id.ID], error) {
	query := attemptsBare
	if content {
		query = attemptsWhole
	}
	ids := make([][]byte, len(keys.Items))
	for i := range keys.Items {
		ids[i] = keys.Items[i].id[:]
	}
	return fill(ctx, from, keys, func(row scanner, place *int) (store.AttemptRecord, error) { return scanAttempt(row, place) }, query,
		numbers(keys.Items, func(k attemptKey) hook.Key { return k.message }),
		numbers(keys.Items, func(k attemptKey) hook.Key { return k.endpoint }), ids)
}

// Attempt implements store.History.
func (s *Store) Attempt(ctx context.Context, message hook.Message, attempt id.ID) (store.AttemptRecord, error) {
	r, err := scanAttempt(s.prompt.QueryRow(ctx, attemptWithID, message.Key, attempt[:]))
	return r, found("attempt", err)
}

// ExpungeAttempt implements store.History.
func (s *Store) ExpungeAttempt(ctx context.Context, message hook.Message, attempt id.ID) error {
	return s.write(ctx, "expunge the attempt", func(tx pgx.Tx) error {
		changed, err := tx.Exec(ctx, forgetAttemptBody, message.Key, attempt[:], []byte(store.Expunged))
		if err == nil && changed.RowsAffected() == 0 {
			return fault.Missing("attempt")
		}
		return err
	})
}
