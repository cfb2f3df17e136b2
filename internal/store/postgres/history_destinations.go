package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	// The bytes of the texts and sealed values of an endpoint e, whose length a caller chooses.
	endpointSize = ` octet_length(e.url) + octet_length(e.description) + coalesce(octet_length(e.event_types), 0) +
		coalesce(octet_length(e.channels), 0) + octet_length(e.metadata) + coalesce(octet_length(e.headers), 0) `

	// How a delivery stands: its row d, if it has one, and its newest attempt n, if any was made.
	standingColumns = " d.state, d.attempts, d.due_at, d.trigger, d.reason, n.outcome, n.number, n.status "

	// The application's endpoints lie in an index in the order of the list, and its deleted ones in another, so that a page
	// of a message to thousands of endpoints reads as many as it shows. The inner list is cut first: what was sent is
	// looked up for its rows only.
	destinationWalk = `SELECT e.key, e.id,
			EXISTS (SELECT 1 FROM attempt a WHERE a.message = $4 AND a.endpoint = e.key)
			OR EXISTS (SELECT 1 FROM delivery d WHERE d.endpoint = e.key AND d.message = $4), e.size
		FROM (SELECT e.key, e.id, e.size FROM (
				SELECT e.key, e.application, e.id,` + endpointSize + `AS size FROM endpoint e
				UNION ALL SELECT g.key, g.application, g.id, octet_length(g.url) + octet_length(g.description) FROM deleted_endpoint g) e
			WHERE e.application = $1 AND e.id >= $2 AND e.id < $3
			ORDER BY e.id {order} LIMIT {rows}) e
		ORDER BY e.id {order}`
	destinationsAsked = "SELECT" + endpointColumns + "," + standingColumns + `, endpoint.deleted_at, asked.place
		FROM unnest($2::bigint[]) WITH ORDINALITY AS asked(key, place)
		CROSS JOIN LATERAL ` + anyEndpointAsked + `
		LEFT JOIN LATERAL (SELECT * FROM delivery WHERE endpoint = asked.key AND message = $1 LIMIT 1) d ON true
		LEFT JOIN LATERAL (SELECT outcome, number, status FROM attempt WHERE message = $1 AND endpoint = asked.key
			ORDER BY id DESC LIMIT 1) n ON true`
)

// Destinations implements store.History: the frozen targets, and endpoints that a person sent it to.
func (s *Store) Destinations(ctx context.Context, message hook.Message, page store.Page[id.ID]) (
	list store.List[store.Destination, id.ID], err error,
) {
	walked := question[hook.Key, id.ID]{
		query: destinationWalk,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{})
			return []any{message.ApplicationKey, low, high, message.Key}
		},
		scan: func(from scanner) (e walk.Entry[hook.Key, id.ID], err error) {
			err = from.Scan(&e.Item, pack.IntoID(&e.At), &e.Keep, &e.Size)
			if !e.Keep {
				_, e.Keep = slices.BinarySearch(message.Targets, e.Item)
			}
			return e, err
		},
	}
	err = s.view(ctx, "list the destinations", func(tx pgx.Tx) error {
		keys, err := walked.page(ctx, tx, page)
		if err == nil {
			list, err = fill(ctx, tx, keys, destinationScan(message), destinationsAsked, message.Key, numbers(keys.Items, itself))
		}
		return err
	})
	return list, err
}

func destinationScan(message hook.Message) func(scanner, *int) (store.Destination, error) {
	return func(row scanner, place *int) (d store.Destination, err error) {
		var stands walk.Standing
		d.Endpoint, err = scanEndpoint(row, append(stands.Fields(), pack.IntoTime(&d.DeletedAt), place)...)
		d.Delivery, d.Status = stands.Delivery(hook.Delivery{
			ApplicationKey: message.ApplicationKey, MessageKey: message.Key, EndpointKey: d.Endpoint.Key,
		})
		return d, err
	}
}
