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
	// Every partition has its part of the index; the parts are merged as they are read.
	messageWalk = "SELECT m.key, m.id, m.event_type, m.channels, m.tags," + messageSize + `FROM message m
		WHERE m.application = $1 AND m.id >= $2 AND m.id < $3 AND m.key >= $4 ORDER BY m.id {order} LIMIT {rows}`
	messagesBare  = "SELECT" + bareColumns + messagesAsked
	messagesWhole = "SELECT" + messageColumns + messagesAsked
	messagesAsked = `, asked.place FROM unnest($1::bigint[]) WITH ORDINALITY AS asked(key, place)
		CROSS JOIN LATERAL (SELECT * FROM message WHERE key = asked.key LIMIT 1) m`

	messageWithID   = "SELECT" + messageColumns + "FROM message m WHERE m.application = $1 AND m.id = $2 AND m.key >= $3"
	messageWithName = "SELECT" + messageColumns + `FROM message m WHERE m.application = $1 AND m.event_id = $2
		ORDER BY m.key DESC LIMIT 1`
	// A range that holds one application: as an equation it would let the planner walk the events of all.
	newestEvents = `SELECT id, type, data, created_at FROM event WHERE application >= $1 AND application <= $1
		ORDER BY application DESC, id DESC LIMIT $2`
)

// Messages implements store.History.
func (s *Store) Messages(ctx context.Context, application hook.Key, f store.MessageFilter, page store.Page[id.ID]) (
	list store.List[hook.Message, id.ID], err error,
) {
	walked := question[hook.Key, id.ID]{
		query: messageWalk,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{After: f.After, Before: f.Before})
			return []any{application, low, high, earliestKey(low)}
		},
		scan: func(from scanner) (e walk.Entry[hook.Key, id.ID], err error) {
			var about walk.Topic
			err = from.Scan(&e.Item, pack.IntoID(&e.At), &about.EventType, pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags), &e.Size)
			e.Keep, e.Size = about.Fits(f.EventTypes, f.Channel, f.Tag), walk.SizeOf(f.WithContent, e.Size)
			return e, err
		},
	}
	err = s.view(ctx, "list the messages", func(tx pgx.Tx) error {
		keys, err := walked.page(ctx, tx, page)
		if err != nil {
			return err
		}
		list, err = fill(ctx, tx, keys, func(row scanner, place *int) (hook.Message, error) { return scanMessage(row, place) },
			messagesQuery(f.WithContent), numbers(keys.Items, itself))
		return err
	})
	return list, err
}

// messagesQuery finds messages by their keys, with their payloads or without.
func messagesQuery(content bool) string {
	if content {
		return messagesWhole
	}
	return messagesBare
}

// Message implements store.History. It asks the primary, as all that reads one thing by its name: who has just
// published a message may ask for it.
func (s *Store) Message(ctx context.Context, application hook.Key, ref store.Ref) (hook.Message, error) {
	query, args := messageNamed(application, ref)
	m, err := scanMessage(s.prompt.QueryRow(ctx, query, args...))
	return m, found("message", err)
}

// messageNamed returns the query that finds the message of ref, and its arguments. Of messages with the same
// event id the key tells the newest.
func messageNamed(application hook.Key, ref store.Ref) (query string, args []any) {
	if ref.ID.IsZero() {
		return messageWithName, []any{application, sought(ref.UID)}
	}
	return messageWithID, []any{application, ref.ID[:], earliestKey(ref.ID[:])}
}

// ExpungeMessage implements store.History.
func (s *Store) ExpungeMessage(ctx context.Context, application hook.Key, ref store.Ref) error {
	return s.write(ctx, "expunge the message", func(tx pgx.Tx) error {
		query, args := messageNamed(application, ref)
		m, err := scanMessage(tx.QueryRow(ctx, query, args...))
		if err != nil {
			return found("message", err)
		}
		if err := s.expungeMadeOf(ctx, tx, application, m.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, dropPayload+"key = $1", m.Key); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE attempt SET response = $2, headers = NULL WHERE message = $1 AND (response IS NOT NULL OR headers IS NOT NULL)",
			m.Key, []byte(store.Expunged))
		return err
	})
}

// Events implements store.History.
func (s *Store) Events(ctx context.Context, application hook.Key, n int) (all []hook.Event, err error) {
	err = s.view(ctx, "list the events", func(tx pgx.Tx) error {
		all = nil // a look may be repeated
		return each(ctx, tx, func(row scanner) error {
			e := hook.Event{ApplicationKey: application}
			err := row.Scan(pack.IntoID(&e.ID), &e.Type, &e.Data, pack.IntoTime(&e.CreatedAt))
			all = append(all, e)
			return err
		}, newestEvents, application, n)
	})
	return all, err
}
