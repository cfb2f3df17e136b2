package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	// What attemptScan reads of an attempt. The size is of what wholeAttempt has more than bareAttempt, and reads neither.
	attemptWalked = ` a.message, a.endpoint, a.id, a.outcome, a.status,
		coalesce(octet_length(a.response), 0) + coalesce(octet_length(a.headers), 0)`
	// The endpoint's attempts lie in the index in the order of the list.
	attemptWalkOfEndpoint = "SELECT" + attemptWalked + `, m.event_type, m.channels, m.tags
		FROM attempt a INDEXED BY attempt_by_endpoint CROSS JOIN message m ON m.key = a.message
		WHERE a.endpoint = ? AND a.id >= ? AND a.id < ?`
	// The attempts of a message lie by endpoint and are sorted for the list: as many as one message has.
	attemptWalkOfMessage = "SELECT" + attemptWalked + `, '', NULL, NULL FROM attempt a
		WHERE a.message = ? AND a.id >= ? AND a.id < ?`
	attemptWalkOfBoth = "SELECT" + attemptWalked + `, '', NULL, NULL FROM attempt a
		WHERE a.message = ? AND a.id >= ? AND a.id < ? AND a.endpoint = ?`

	attemptColumns = ` m.application, a.message, a.endpoint, a.id, a.outcome, a.cause, a.status, a.trigger, a.number,
		a.duration, a.url, a.truncated, m.id, coalesce(e.id, g.id), m.event_type, m.event_id, m.channels, m.tags, m.created_at`
	attemptTables = ` FROM attempt a CROSS JOIN message m ON m.key = a.message LEFT JOIN endpoint e ON e.key = a.endpoint
		LEFT JOIN deleted_endpoint g ON g.key = a.endpoint WHERE a.message = ? AND `
	wholeAttempt      = "SELECT" + attemptColumns + ", a.response, a.headers" + attemptTables
	bareAttempt       = "SELECT" + attemptColumns + ", NULL, NULL" + attemptTables
	attemptWithKeys   = wholeAttempt + "a.endpoint = ? AND a.id = ?"
	attemptBare       = bareAttempt + "a.endpoint = ? AND a.id = ?"
	attemptWithID     = wholeAttempt + "a.id = ?"
	forgetAttemptBody = "UPDATE attempt SET response = ?, headers = NULL WHERE message = ? AND id = ?"
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
		err := from.Scan(&e.Item.message, &e.Item.endpoint, pack.IntoID(&e.At), &outcome, &status, &e.Size, &about.EventType, pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags))
		e.Item.id = e.At
		e.Keep, e.Size = walk.Keeps(f, about, store.StatusOf(outcome), status), walk.SizeOf(f.WithContent, e.Size)
		return e, err
	}
}

// scanAttempt reads the columns of wholeAttempt or bareAttempt.
func scanAttempt(row scanner) (store.AttemptRecord, error) {
	var r store.AttemptRecord
	var micros int64
	a, m := &r.Attempt, &r.Message
	err := row.Scan(&a.ApplicationKey, &a.MessageKey, &a.EndpointKey, pack.IntoID(&a.ID), &a.Outcome, &a.Cause, &a.Status,
		&a.Trigger, &a.Number, &micros, &a.URL, &a.Truncated, pack.IntoID(&m.ID), pack.IntoID(&r.EndpointID),
		&m.EventType, pack.IntoText(&m.EventID), pack.IntoJSON(&m.Channels), pack.IntoJSON(&m.Tags), pack.IntoTime(&m.CreatedAt), &a.Response, pack.IntoJSON(&a.Headers))
	a.Duration = time.Duration(micros) * time.Microsecond
	a.StartedAt = a.ID.Time().Truncate(time.Microsecond)
	return r, err
}

// AttemptsByEndpoint implements store.History.
func (s *Store) AttemptsByEndpoint(ctx context.Context, endpoint hook.Endpoint, f store.AttemptFilter, page store.Page[id.ID]) (
	store.List[store.AttemptRecord, id.ID], error,
) {
	low, high := walk.IDs(page, walk.Span{After: f.After, Before: f.Before})
	return s.attempts(ctx, f, page, order(attemptWalkOfEndpoint, "a.id", page), endpoint.Key, low, high)
}

// AttemptsByMessage implements store.History.
func (s *Store) AttemptsByMessage(ctx context.Context, message hook.Message, f store.AttemptFilter, page store.Page[id.ID]) (
	store.List[store.AttemptRecord, id.ID], error,
) {
	if !(walk.Topic{EventType: message.EventType, Channels: message.Channels, Tags: message.Tags}).Fits(f.EventTypes, f.Channel, f.Tag) {
		return store.List[store.AttemptRecord, id.ID]{Items: []store.AttemptRecord{}, Done: true}, nil
	}
	f.EventTypes, f.Channel, f.Tag = nil, "", ""
	low, high := walk.IDs(page, walk.Span{After: f.After, Before: f.Before})
	if f.Endpoint != 0 {
		return s.attempts(ctx, f, page, order(attemptWalkOfBoth, "a.id", page), message.Key, low, high, f.Endpoint)
	}
	query := order(attemptWalkOfMessage, "a.id", page) + " LIMIT ?" // spares sorting what is not read
	return s.attempts(ctx, f, page, query, message.Key, low, high, walk.Most+1)
}

// attempts reads a page of attempts that a walk finds.
func (s *Store) attempts(ctx context.Context, f store.AttemptFilter, page store.Page[id.ID], walk string, args ...any) (
	list store.List[store.AttemptRecord, id.ID], err error,
) {
	query := attemptBare
	if f.WithContent {
		query = attemptWithKeys
	}
	err = s.look(ctx, "list the attempts", func(view snapshot) error {
		keys, err := pageOf(ctx, view, page, attemptScan(f), walk, args...)
		if err != nil {
			return err
		}
		list, err = fill(ctx, view, keys, query, func(find func(...any) scanner, key attemptKey) (store.AttemptRecord, error) {
			return scanAttempt(find(key.message, key.endpoint, key.id[:]))
		})
		return err
	})
	return list, err
}

// Attempt implements store.History.
func (s *Store) Attempt(ctx context.Context, message hook.Message, attempt id.ID) (store.AttemptRecord, error) {
	r, err := scanAttempt(s.read.QueryRowContext(ctx, attemptWithID, message.Key, attempt[:]))
	return r, found("attempt", err)
}

// ExpungeAttempt implements store.History.
func (s *Store) ExpungeAttempt(ctx context.Context, message hook.Message, attempt id.ID) error {
	return s.writer.write(ctx, "expunge the attempt", func(t *tx) error {
		changed, err := t.change(forgetAttemptBody, []byte(store.Expunged), message.Key, attempt[:])
		if err == nil && changed == 0 {
			return fault.Missing("attempt")
		}
		return err
	})
}
