package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	deletedEndpointColumns = " key, application, id, uid, url, description, created_at, deleted_at "
	insertDeletedEndpoint  = "INSERT INTO deleted_endpoint (" + deletedEndpointColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	forgetDeletedEndpoint  = "DELETE FROM deleted_endpoint WHERE application = $1 AND id = $2"
	selectDeletedEndpoint  = "SELECT" + deletedEndpointColumns + "FROM deleted_endpoint WHERE "

	// The existing or deleted endpoint of a key that was asked for, with the columns of an endpoint. A deleted one is
	// shown as disabled.
	anyEndpointAsked = `(SELECT key, application, id, uid, url, description, event_types, channels, rate_limit, metadata,
			disabled, disabled_reason, failing_since, secrets, headers, credentials, created_at, updated_at, NULL::bigint AS deleted_at
		FROM endpoint WHERE key = asked.key
		UNION ALL SELECT key, application, id, uid, url, description, NULL, NULL, 0, '{}',
			true, '', NULL, NULL, NULL, NULL, created_at, deleted_at, deleted_at
		FROM deleted_endpoint WHERE key = asked.key LIMIT 1) endpoint `
)

func scanDeletedEndpoint(row scanner) (d store.DeletedEndpoint, err error) {
	err = row.Scan(&d.Key, &d.ApplicationKey, pack.IntoID(&d.ID), pack.IntoText(&d.UID), &d.URL, &d.Description,
		pack.IntoTime(&d.CreatedAt), pack.IntoTime(&d.DeletedAt))
	return d, err
}

func deletedEndpointValues(d store.DeletedEndpoint) []any {
	return []any{d.Key, d.ApplicationKey, d.ID[:], textOrNull(d.UID), d.URL, d.Description, micros(d.CreatedAt), micros(d.DeletedAt)}
}

// keepDeleted stores what remains of an endpoint that tx has deleted.
func (s *Store) keepDeleted(ctx context.Context, tx pgx.Tx, e hook.Endpoint) error {
	_, err := tx.Exec(ctx, insertDeletedEndpoint, deletedEndpointValues(store.DeletedFrom(e, s.clock.Now()))...)
	return err
}

// DeletedEndpoints implements store.Snapshot.
func (v *archived) DeletedEndpoints(ctx context.Context) iter.Seq2[store.DeletedEndpoint, error] {
	return archive(ctx, v, scanDeletedEndpoint, selectDeletedEndpoint+"application > $1 ORDER BY application, id", 0)
}
