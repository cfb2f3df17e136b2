package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// The channel on which runs wake each other (https://www.postgresql.org/docs/current/sql-notify.html), and
// what is said on it when there is work. Any other payload means: look at the table of changes.
const (
	channel  = "posthorn"
	workWord = "work"
)

const (
	insertChange = "INSERT INTO change (kind, application, endpoint, name, at) VALUES ($1, $2, $3, $4, " + databaseNow + ")"
	wake         = "SELECT pg_notify($1, $2)"
)

// changed tells the other runs about changes, once tx commits.
func (s *Store) changed(ctx context.Context, tx pgx.Tx, changes ...store.Change) error {
	b := &pgx.Batch{}
	announce(b, changes...)
	return tx.SendBatch(ctx, b).Close()
}

// announce is changed for a transaction that is sent in batches.
func announce(b *pgx.Batch, changes ...store.Change) {
	for _, c := range changes {
		b.Queue(insertChange, int16(c.Kind), int64(c.Application), int64(c.Endpoint), c.Name)
	}
	if len(changes) > 0 {
		b.Queue(wake, channel, "")
	}
}

// endpointChanged is what a change of an endpoint is called.
func endpointChanged(application, endpoint hook.Key) store.Change {
	return store.Change{Kind: store.EndpointChanged, Application: application, Endpoint: endpoint}
}
