package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	messageWalk = "SELECT m.key, m.id, m.event_type, m.channels, m.tags," + messageSize + `FROM message m INDEXED BY message_by_id
		WHERE m.application = ? AND m.id >= ? AND m.id < ?`
	messageBare     = "SELECT" + bareColumns + "FROM message m WHERE m.key = ?"
	messageWithID   = "SELECT" + messageColumns + "FROM message m WHERE m.application = ? AND m.id = ?"
	messageWithName = "SELECT" + messageColumns + `FROM message m WHERE m.application = ? AND m.event_id = ?
		ORDER BY m.key DESC LIMIT 1`
)

// Messages implements store.History.
func (s *Store) Messages(ctx context.Context, application hook.Key, f store.MessageFilter, page store.Page[id.ID]) (
	list store.List[hook.Message, id.ID], err error,
) {
	low, high := walk.IDs(page, walk.Span{After: f.After, Before: f.Before})
	scan := func(from scanner) (walk.Entry[hook.Key, id.ID], error) {
		var e walk.Entry[hook.Key, id.ID]
		var about walk.Topic
		err := from.Scan(&e.Item, pack.IntoID(&e.At), &about.EventType, pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags), &e.Size)
		e.Keep, e.Size = about.Fits(f.EventTypes, f.Channel, f.Tag), walk.SizeOf(f.WithContent, e.Size)
		return e, err
	}
	err = s.look(ctx, "list the messages", func(view snapshot) error {
		keys, err := pageOf(ctx, view, page, scan, order(messageWalk, "m.id", page), application, low, high)
		if err != nil {
			return err
		}
		list, err = fillMessages(ctx, view, keys, f.WithContent)
		return err
	})
	return list, err
}

func fillMessages(ctx context.Context, view snapshot, keys store.List[hook.Key, id.ID], content bool) (store.List[hook.Message, id.ID], error) {
	return fill(ctx, view, keys, messageQuery(content), func(find func(...any) scanner, key hook.Key) (hook.Message, error) {
		return scanMessage(find(key))
	})
}

// messageQuery finds a message by its key, with its payload or without.
func messageQuery(content bool) string {
	if content {
		return messageWithKey
	}
	return messageBare
}

// Message implements store.History.
func (s *Store) Message(ctx context.Context, application hook.Key, ref store.Ref) (hook.Message, error) {
	query, value := messageNamed(ref)
	m, err := scanMessage(s.read.QueryRowContext(ctx, query, application, value))
	return m, found("message", err)
}

// messageNamed returns the query that finds the message of ref, and its value. Of messages with the same
// event id the key tells the newest.
func messageNamed(ref store.Ref) (query string, value any) {
	if ref.ID.IsZero() {
		return messageWithName, ref.UID
	}
	return messageWithID, ref.ID[:]
}

// ExpungeMessage implements store.History.
func (s *Store) ExpungeMessage(ctx context.Context, application hook.Key, ref store.Ref) error {
	return s.writer.write(ctx, "expunge the message", func(t *tx) error {
		query, value := messageNamed(ref)
		m, err := scanMessage(t.row(query, application, value))
		if err != nil {
			return found("message", err)
		}
		if err := expungeMadeOf(t, application, m.ID); err != nil {
			return err
		}
		if err := t.exec(dropPayloads+"key = ?", m.Key); err != nil {
			return err
		}
		return t.exec("UPDATE attempt SET response = ?, headers = NULL WHERE message = ? AND (response IS NOT NULL OR headers IS NOT NULL)",
			[]byte(store.Expunged), m.Key)
	})
}

// Events implements store.History.
func (s *Store) Events(ctx context.Context, application hook.Key, n int) (all []hook.Event, err error) {
	rows, err := s.read.QueryContext(ctx, newestEvents, application, n)
	if err != nil {
		return nil, translate("list the events", err)
	}
	defer func() { err = translate("list the events", closeRows(rows, err)) }()
	for rows.Next() {
		e := hook.Event{ApplicationKey: application}
		if err := rows.Scan(pack.IntoID(&e.ID), &e.Type, &e.Data, pack.IntoTime(&e.CreatedAt)); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

const newestEvents = "SELECT id, type, data, created_at FROM event WHERE application = ? ORDER BY id DESC LIMIT ?"
