package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	// The bytes of the texts and sealed values of an endpoint, whose length a caller chooses.
	endpointSize = ` octet_length(url) + octet_length(description) + coalesce(octet_length(event_types), 0) +
		coalesce(octet_length(channels), 0) + octet_length(metadata) + coalesce(octet_length(headers), 0) `

	// How a delivery stands: its row d, if it has one, and its newest attempt n, if any was made.
	standingColumns = " d.state, d.attempts, d.due_at, d.trigger, d.reason, n.outcome, n.number, n.status "

	// The application's endpoints lie in an index in the order of the list, and its deleted ones in another, so that a page
	// of a message to thousands of endpoints reads as many as it shows.
	destinationWalk = `SELECT e.key, e.id,
			EXISTS (SELECT 1 FROM attempt WHERE message = ? AND endpoint = e.key)
			OR EXISTS (SELECT 1 FROM delivery WHERE endpoint = e.key AND message = ?), e.size
		FROM (SELECT key, application, id,` + endpointSize + `AS size FROM endpoint
			UNION ALL SELECT key, application, id, octet_length(url) + octet_length(description) FROM deleted_endpoint) e
		WHERE e.application = ? AND e.id >= ? AND e.id < ?`
	// One of the two halves finds the key. The parameters of each are the message, three times, and the key.
	destinationWithKey = "SELECT" + endpointColumns + "," + standingColumns + `, NULL FROM endpoint
			LEFT JOIN delivery d ON d.endpoint = endpoint.key AND d.message = ?
			LEFT JOIN attempt n ON n.message = ? AND n.endpoint = endpoint.key
				AND n.id = (SELECT max(id) FROM attempt WHERE message = ? AND endpoint = endpoint.key)
			WHERE endpoint.key = ?
		UNION ALL SELECT` + deletedAsEndpoint + "," + standingColumns + `, g.deleted_at FROM deleted_endpoint g
			LEFT JOIN delivery d ON d.endpoint = g.key AND d.message = ?
			LEFT JOIN attempt n ON n.message = ? AND n.endpoint = g.key
				AND n.id = (SELECT max(id) FROM attempt WHERE message = ? AND endpoint = g.key)
			WHERE g.key = ?`

	// A message stands where its first attempt at the endpoint is, so that it comes once and stays in place.
	endpointMessageWalk = `SELECT a.message, a.id, m.event_type, m.channels, m.tags, NOT EXISTS
			(SELECT 1 FROM attempt f WHERE f.message = a.message AND f.endpoint = a.endpoint AND f.id < a.id),` + messageSize + "," + standingColumns + `
		FROM attempt a INDEXED BY attempt_by_endpoint CROSS JOIN message m ON m.key = a.message
		LEFT JOIN delivery d ON d.endpoint = a.endpoint AND d.message = a.message
		LEFT JOIN attempt n ON n.message = a.message AND n.endpoint = a.endpoint
			AND n.id = (SELECT max(id) FROM attempt WHERE message = a.message AND endpoint = a.endpoint)
		WHERE a.endpoint = ? AND a.id >= ? AND a.id < ?`

	sumTallies = `SELECT ifnull(sum(success), 0), ifnull(sum(failed), 0), ifnull(sum(canceled), 0) FROM tally
		WHERE endpoint = ? AND hour >= ? AND hour < ?`
	countWaiting = "SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND endpoint = ? LIMIT ?)"
	countSending = `SELECT count(*) FROM
		(SELECT 1 FROM delivery INDEXED BY delivery_sending WHERE state = 1 AND run = ? AND endpoint = ? LIMIT ?)`
)

// Destinations implements store.History: the frozen targets, and endpoints that a person sent it to.
func (s *Store) Destinations(ctx context.Context, message hook.Message, page store.Page[id.ID]) (
	list store.List[store.Destination, id.ID], err error,
) {
	low, high := walk.IDs(page, walk.Span{})
	scan := func(from scanner) (walk.Entry[hook.Key, id.ID], error) {
		var e walk.Entry[hook.Key, id.ID]
		err := from.Scan(&e.Item, pack.IntoID(&e.At), &e.Keep, &e.Size)
		if !e.Keep {
			_, e.Keep = slices.BinarySearch(message.Targets, e.Item)
		}
		return e, err
	}
	err = s.look(ctx, "list the destinations", func(view snapshot) error {
		keys, err := pageOf(ctx, view, page, scan, order(destinationWalk, "e.id", page),
			message.Key, message.Key, message.ApplicationKey, low, high)
		if err != nil {
			return err
		}
		list, err = fill(ctx, view, keys, destinationWithKey, func(find func(...any) scanner, key hook.Key) (store.Destination, error) {
			return scanDestination(find(message.Key, message.Key, message.Key, key, message.Key, message.Key, message.Key, key), message)
		})
		return err
	})
	return list, err
}

func scanDestination(row scanner, message hook.Message) (d store.Destination, err error) {
	var stands walk.Standing
	d.Endpoint, err = scanEndpoint(row, append(stands.Fields(), pack.IntoTime(&d.DeletedAt))...)
	d.Delivery, d.Status = stands.Delivery(hook.Delivery{
		ApplicationKey: message.ApplicationKey, MessageKey: message.Key, EndpointKey: d.Endpoint.Key,
	})
	return d, err
}

// MessagesByEndpoint implements store.History. Status and its class are those of the newest attempt.
func (s *Store) MessagesByEndpoint(ctx context.Context, endpoint hook.Endpoint, f store.AttemptFilter, page store.Page[id.ID]) (
	list store.List[store.EndpointMessage, id.ID], err error,
) {
	low, high := walk.IDs(page, walk.Span{After: f.After, Before: f.Before})
	err = s.look(ctx, "list the messages of the endpoint", func(view snapshot) error {
		short, err := pageOf(ctx, view, page, endpointMessageScan(endpoint, f), order(endpointMessageWalk, "a.id", page), endpoint.Key, low, high)
		if err != nil {
			return err
		}
		list, err = fill(ctx, view, short, messageQuery(f.WithContent), func(find func(...any) scanner, m store.EndpointMessage) (store.EndpointMessage, error) {
			m.Message, err = scanMessage(find(m.Delivery.MessageKey))
			return m, err
		})
		return err
	})
	return list, err
}

// endpointMessageScan reads a row of endpointMessageWalk, all but the message, and asks the filter.
func endpointMessageScan(endpoint hook.Endpoint, f store.AttemptFilter) func(scanner) (walk.Entry[store.EndpointMessage, id.ID], error) {
	return func(from scanner) (walk.Entry[store.EndpointMessage, id.ID], error) {
		var e walk.Entry[store.EndpointMessage, id.ID]
		var about walk.Topic
		var stands walk.Standing
		d := hook.Delivery{ApplicationKey: endpoint.ApplicationKey, EndpointKey: endpoint.Key}
		err := from.Scan(append([]any{&d.MessageKey, pack.IntoID(&e.At), &about.EventType, pack.IntoJSON(&about.Channels), pack.IntoJSON(&about.Tags), &e.Keep, &e.Size},
			stands.Fields()...)...)
		e.Item.Delivery, e.Item.Status = stands.Delivery(d)
		e.Keep, e.Size = e.Keep && walk.Keeps(f, about, e.Item.Status, stands.Answer()), walk.SizeOf(f.WithContent, e.Size)
		return e, err
	}
}

// Counts implements store.History. Open deliveries are those that have a row; what is still in memory
// after its publish is not known by endpoint without reading every open message.
func (s *Store) Counts(ctx context.Context, endpoint hook.Key, since, until time.Time) (c store.Counts, err error) {
	err = s.look(ctx, "count deliveries", func(view snapshot) error {
		ended := view.tx.QueryRowContext(ctx, sumTallies, endpoint, hourOf(since), hourAfter(until))
		if err := ended.Scan(&c.Success, &c.Failed, &c.Canceled); err != nil {
			return err
		}
		if err := view.tx.QueryRowContext(ctx, countWaiting, endpoint, store.MostCounted).Scan(&c.Pending); err != nil {
			return err
		}
		return view.tx.QueryRowContext(ctx, countSending, s.writer.run, endpoint, store.MostCounted).Scan(&c.Sending)
	})
	return c, err
}

// hourAfter is the first hour that begins at t or later, so that the hour in hand counts.
func hourAfter(t time.Time) int64 { return hourOf(t.Add(time.Hour - 1)) }
