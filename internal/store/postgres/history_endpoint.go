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
	// A message stands where its first attempt at the endpoint is, so that it comes once and stays in place. The first
	// and the newest are found by one look.
	endpointMessages = standingColumns + "FROM " + attemptsOfEndpoint + `
		LEFT JOIN LATERAL (SELECT * FROM delivery WHERE endpoint = a.endpoint AND message = a.message LIMIT 1) d ON true
		LEFT JOIN LATERAL (SELECT outcome, number, status, last_value(id) OVER
			(ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS first FROM attempt
			WHERE message = a.message AND endpoint = a.endpoint ORDER BY id DESC LIMIT 1) n ON true`
	endpointMessageWalk    = "SELECT a.message, a.id, '', NULL::text, NULL::text, n.first = a.id, 0," + endpointMessages + " ORDER BY a.id {order}"
	endpointMessageByTopic = "SELECT a.message, a.id, m.event_type, m.channels, m.tags, m.key IS NOT NULL AND n.first = a.id, coalesce(m.size, 0)," + endpointMessages +
		topicOfAttempt + " ORDER BY a.id {order}"
)

// MessagesByEndpoint implements store.History. Status and its class are those of the newest attempt.
func (s *Store) MessagesByEndpoint(ctx context.Context, endpoint hook.Endpoint, f store.AttemptFilter, page store.Page[id.ID]) (
	list store.List[store.EndpointMessage, id.ID], err error,
) {
	query := endpointMessageWalk
	if f.ByTopic() || f.WithContent {
		query = endpointMessageByTopic
	}
	walked := question[store.EndpointMessage, id.ID]{
		query: query,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{After: f.After, Before: f.Before})
			return []any{endpoint.Key, low, high}
		},
		scan: endpointMessageScan(endpoint, f),
	}
	err = s.view(ctx, "list the messages of the endpoint", func(tx pgx.Tx) error {
		short, err := walked.page(ctx, tx, page)
		if err == nil {
			list, err = fill(ctx, tx, short, endpointMessage(short.Items), messagesQuery(f.WithContent), numbers(short.Items, messageKey))
		}
		return err
	})
	return list, err
}

// endpointMessage puts a message to the item that it belongs to.
func endpointMessage(short []store.EndpointMessage) func(scanner, *int) (store.EndpointMessage, error) {
	return func(row scanner, place *int) (store.EndpointMessage, error) {
		m, err := scanMessage(row, place)
		if err != nil {
			return store.EndpointMessage{}, err
		}
		whole := short[*place-1]
		whole.Message = m
		return whole, nil
	}
}

func messageKey(m store.EndpointMessage) hook.Key { return m.Delivery.MessageKey }

// endpointMessageScan reads a row of endpointMessageWalk, all but the message, and asks the filter.
func endpointMessageScan(endpoint hook.Endpoint, f store.AttemptFilter) func(scanner) (walk.Entry[store.EndpointMessage, id.ID], error) {
	return func(from scanner) (walk.Entry[store.EndpointMessage, id.ID], error) {
		var e walk.Entry[store.EndpointMessage, id.ID]
		var about walk.Topic
		var stands walk.Standing
		d := hook.Delivery{ApplicationKey: endpoint.ApplicationKey, EndpointKey: endpoint.Key}
		err := from.Scan(append([]any{&d.MessageKey, pack.IntoID(&e.At), pack.IntoText(&about.EventType), pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags), &e.Keep, &e.Size},
			stands.Fields()...)...)
		e.Item.Delivery, e.Item.Status = stands.Delivery(d)
		e.Keep, e.Size = e.Keep && walk.Keeps(f, about, e.Item.Status, stands.Answer()), walk.SizeOf(f.WithContent, e.Size)
		return e, err
	}
}
