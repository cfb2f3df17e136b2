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
	applicationColumns = " key, id, uid, name, rate_limit, metadata, created_at, updated_at "

	selectApplication = "SELECT" + applicationColumns + "FROM application WHERE "
	// The parameters 3 and 4 are the fields of store.ApplicationFilter.
	applicationWalk = selectApplication + `id >= ? AND id < ?
		AND (NOT ? OR EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key))
		AND (NOT ? OR EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key AND e.disabled = 0)
			OR NOT EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key))`
	insertApplication = `INSERT INTO application (id, uid, name, rate_limit, metadata, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING` + applicationColumns
	updateApplication = `UPDATE application SET uid = ?, name = ?, rate_limit = ?, metadata = ?, updated_at = ?
		WHERE key = ? RETURNING` + applicationColumns
)

func scanApplication(row scanner) (hook.Application, error) {
	var a hook.Application
	err := row.Scan(&a.Key, pack.IntoID(&a.ID), pack.IntoText(&a.UID), &a.Name, &a.RateLimit, pack.IntoJSON(&a.Metadata),
		pack.IntoTime(&a.CreatedAt), pack.IntoTime(&a.UpdatedAt))
	return a, err
}

// named returns the condition that picks the row of ref, and its value. An empty uid is kept as NULL, so
// that nothing is found by it.
func named(ref store.Ref) (condition string, value any) {
	if ref.ID.IsZero() {
		return "uid = ?", ref.UID
	}
	return "id = ?", ref.ID[:]
}

// CreateApplication implements store.Applications.
func (s *Store) CreateApplication(ctx context.Context, a hook.Application) (hook.Application, error) {
	var stored hook.Application
	err := s.writer.write(ctx, "store the application", func(t *tx) (err error) {
		stored, err = scanApplication(t.row(insertApplication, a.ID[:], textOrNull(a.UID), a.Name, a.RateLimit,
			metadataText(a.Metadata), micros(a.CreatedAt), micros(a.UpdatedAt)))
		return taken("application", err)
	})
	return stored, err
}

// Application implements store.Applications.
func (s *Store) Application(ctx context.Context, ref store.Ref) (hook.Application, error) {
	condition, value := named(ref)
	a, err := scanApplication(s.prompt.QueryRowContext(ctx, selectApplication+condition, value))
	return a, found("application", err)
}

// ApplicationByKey implements store.Applications.
func (s *Store) ApplicationByKey(ctx context.Context, key hook.Key) (hook.Application, error) {
	a, err := scanApplication(s.prompt.QueryRowContext(ctx, selectApplication+"key = ?", key))
	return a, found("application", err)
}

// UpdateApplication implements store.Applications.
func (s *Store) UpdateApplication(ctx context.Context, ref store.Ref, change func(*hook.Application) error) (hook.Application, error) {
	var stored hook.Application
	err := s.writer.write(ctx, "store the application", func(t *tx) error {
		a, err := applicationIn(t, ref)
		if err != nil {
			return err
		}
		if err := change(&a); err != nil {
			return err
		}
		stored, err = scanApplication(t.row(updateApplication, textOrNull(a.UID), a.Name, a.RateLimit,
			metadataText(a.Metadata), micros(a.UpdatedAt), a.Key))
		return taken("application", err)
	})
	return stored, err
}

func applicationIn(t *tx, ref store.Ref) (hook.Application, error) {
	condition, value := named(ref)
	a, err := scanApplication(t.row(selectApplication+condition, value))
	return a, found("application", err)
}

// ListApplications implements store.Applications.
func (s *Store) ListApplications(ctx context.Context, f store.ApplicationFilter, page store.Page[id.ID]) (store.List[hook.Application, id.ID], error) {
	low, high := walk.IDs(page, walk.Span{})
	rows, err := s.read.QueryContext(ctx, order(applicationWalk, "id", page), low, high, f.WithEndpoints, f.NotAllDisabled)
	if err != nil {
		return store.List[hook.Application, id.ID]{}, translate("list the applications", err)
	}
	return collect(rows, page, func(from scanner) (walk.Entry[hook.Application, id.ID], error) {
		a, err := scanApplication(from)
		return walk.Entry[hook.Application, id.ID]{Item: a, At: a.ID, Keep: true, Size: walk.SizeOfApplication(a)}, err
	})
}

// DeleteApplication implements store.Applications. Its waiting deliveries may be very many, so they end in
// batches behind the removal, like those of a deleted endpoint.
func (s *Store) DeleteApplication(ctx context.Context, ref store.Ref) (hook.Application, error) {
	var removed hook.Application
	var busy []any
	err := s.writer.write(ctx, "remove the application", func(t *tx) (err error) {
		if removed, err = applicationIn(t, ref); err != nil {
			return err
		}
		if busy, err = keysOf(t, busyEndpoints, removed.Key); err != nil {
			return err
		}
		return removeTenant(t, removed.Key)
	})
	if err != nil {
		return removed, err
	}
	s.cancelAll(ctx, busy)
	return removed, nil
}

const busyEndpoints = `SELECT key FROM endpoint WHERE application = ? AND EXISTS
	(SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND endpoint = endpoint.key)`

func removeTenant(t *tx, application hook.Key) error {
	for _, query := range []string{
		"DELETE FROM endpoint WHERE application = ?",
		"DELETE FROM deleted_endpoint WHERE application = ?",
		"DELETE FROM token WHERE application = ? AND application <> 0",
		"DELETE FROM ad_hoc_event_type WHERE application = ?",
		"INSERT INTO gone_source SELECT key FROM source WHERE application = ?",
		"DELETE FROM source WHERE application = ?",
		"DELETE FROM application WHERE key = ?",
	} {
		if err := t.exec(query, application); err != nil {
			return err
		}
	}
	return nil
}

// cancelBatch is how many deliveries are canceled in one transaction, so that publishers do not wait long.
const cancelBatch = 500

// cancelAll ends what waits for removed endpoints. If that fails half-way nothing is wrong: nobody sends
// to an endpoint that is gone, and the engine ends the rest when it meets it.
func (s *Store) cancelAll(ctx context.Context, endpoints []any) {
	for _, endpoint := range endpoints {
		for ctx.Err() == nil {
			ended, err := s.Cancel(ctx, endpoint.(hook.Key), hook.ReasonDeleted, cancelBatch)
			if err != nil {
				return
			}
			if ended < cancelBatch {
				break
			}
		}
	}
}
