package sqlite

import (
	"context"
	"iter"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	deletedEndpointColumns = " key, application, id, uid, url, description, created_at, deleted_at "
	insertDeletedEndpoint  = "INSERT INTO deleted_endpoint (" + deletedEndpointColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	forgetDeletedEndpoint  = "DELETE FROM deleted_endpoint WHERE application = ? AND id = ?"
	selectDeletedEndpoint  = "SELECT" + deletedEndpointColumns + "FROM deleted_endpoint WHERE "

	// The columns of a deleted endpoint g in place of endpointColumns. It is shown as disabled.
	deletedAsEndpoint = ` g.key, g.application, g.id, g.uid, g.url, g.description, NULL, NULL, 0, '{}',
		1, '', NULL, NULL, NULL, NULL, g.created_at, g.deleted_at `
)

func scanDeletedEndpoint(row scanner) (d store.DeletedEndpoint, err error) {
	err = row.Scan(&d.Key, &d.ApplicationKey, pack.IntoID(&d.ID), pack.IntoText(&d.UID), &d.URL, &d.Description,
		pack.IntoTime(&d.CreatedAt), pack.IntoTime(&d.DeletedAt))
	return d, err
}

func deletedEndpointValues(d store.DeletedEndpoint) []any {
	return []any{d.Key, d.ApplicationKey, d.ID[:], textOrNull(d.UID), d.URL, d.Description, micros(d.CreatedAt), micros(d.DeletedAt)}
}

// keepDeleted stores what remains of an endpoint that t has deleted.
func (s *Store) keepDeleted(t *tx, e hook.Endpoint) error {
	return t.exec(insertDeletedEndpoint, deletedEndpointValues(store.DeletedFrom(e, s.clock.Now()))...)
}

// DeletedEndpoints implements store.Snapshot.
func (v *archived) DeletedEndpoints(ctx context.Context) iter.Seq2[store.DeletedEndpoint, error] {
	return archive(ctx, v, scanDeletedEndpoint, selectDeletedEndpoint+"application > 0 ORDER BY application, id")
}
