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
	applicationColumns = " key, id, uid, name, rate_limit, metadata, created_at, updated_at "

	selectApplication = "SELECT" + applicationColumns + "FROM application WHERE "
	insertApplication = `INSERT INTO application (id, uid, name, rate_limit, metadata, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING` + applicationColumns
	updateApplication = `UPDATE application SET uid = $1, name = $2, rate_limit = $3, metadata = $4, updated_at = $5
		WHERE key = $6 RETURNING` + applicationColumns
	// The parameters 3 and 4 are the fields of store.ApplicationFilter.
	applicationWalk = selectApplication + `id >= $1 AND id < $2
		AND (NOT $3 OR EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key))
		AND (NOT $4 OR EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key AND NOT e.disabled)
			OR NOT EXISTS (SELECT 1 FROM endpoint e WHERE e.application = application.key))
		ORDER BY id {order} LIMIT {rows}`
)

func scanApplication(row scanner) (hook.Application, error) {
	var a hook.Application
	err := row.Scan(&a.Key, pack.IntoID(&a.ID), pack.IntoText(&a.UID), &a.Name, &a.RateLimit, pack.IntoJSON(&a.Metadata),
		pack.IntoTime(&a.CreatedAt), pack.IntoTime(&a.UpdatedAt))
	return a, err
}

// named returns the condition that picks the row of ref, and its value, which is the first argument. An empty
// uid is kept as NULL, so that nothing is found by it.
func named(ref store.Ref) (condition string, value any) {
	if ref.ID.IsZero() {
		return "uid = $1", sought(ref.UID)
	}
	return "id = $1", ref.ID[:]
}

// CreateApplication implements store.Applications.
func (s *Store) CreateApplication(ctx context.Context, a hook.Application) (hook.Application, error) {
	var stored hook.Application
	err := s.write(ctx, "store the application", func(tx pgx.Tx) (err error) {
		stored, err = scanApplication(tx.QueryRow(ctx, insertApplication, a.ID[:], textOrNull(a.UID), a.Name, a.RateLimit,
			metadataText(a.Metadata), micros(a.CreatedAt), micros(a.UpdatedAt)))
		if err != nil {
			return taken("application", err)
		}
		return s.changedApplication(ctx, tx, stored.Key)
	})
	return stored, err
}

func (s *Store) changedApplication(ctx context.Context, tx pgx.Tx, application hook.Key) error {
	return s.changed(ctx, tx, store.Change{Kind: store.ApplicationChanged, Application: application})
}

// Application implements store.Applications.
func (s *Store) Application(ctx context.Context, ref store.Ref) (hook.Application, error) {
	condition, value := named(ref)
	a, err := scanApplication(s.prompt.QueryRow(ctx, selectApplication+condition, value))
	return a, found("application", err)
}

// ApplicationByKey implements store.Applications.
func (s *Store) ApplicationByKey(ctx context.Context, key hook.Key) (hook.Application, error) {
	a, err := scanApplication(s.prompt.QueryRow(ctx, selectApplication+"key = $1", key))
	return a, found("application", err)
}

// UpdateApplication implements store.Applications.
func (s *Store) UpdateApplication(ctx context.Context, ref store.Ref, change func(*hook.Application) error) (hook.Application, error) {
	var stored hook.Application
	err := s.write(ctx, "store the application", func(tx pgx.Tx) error {
		a, err := applicationIn(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := change(&a); err != nil {
			return err
		}
		stored, err = scanApplication(tx.QueryRow(ctx, updateApplication, textOrNull(a.UID), a.Name, a.RateLimit,
			metadataText(a.Metadata), micros(a.UpdatedAt), a.Key))
		if err != nil {
			return taken("application", err)
		}
		return s.changedApplication(ctx, tx, stored.Key)
	})
	return stored, err
}

// applicationIn reads an application to change it: until tx ends, changes by other nodes wait for this one,
// and so does an endpoint that wants to be its.
func applicationIn(ctx context.Context, tx pgx.Tx, ref store.Ref) (hook.Application, error) {
	condition, value := named(ref)
	a, err := scanApplication(tx.QueryRow(ctx, selectApplication+condition+" FOR UPDATE", value))
	return a, found("application", err)
}

// ListApplications implements store.Applications.
func (s *Store) ListApplications(ctx context.Context, f store.ApplicationFilter, page store.Page[id.ID]) (list store.List[hook.Application, id.ID], err error) {
	listed := question[hook.Application, id.ID]{
		query: applicationWalk,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{})
			return []any{low, high, f.WithEndpoints, f.NotAllDisabled}
		},
		scan: func(from scanner) (walk.Entry[hook.Application, id.ID], error) {
			a, err := scanApplication(from)
			return walk.Entry[hook.Application, id.ID]{Item: a, At: a.ID, Keep: true, Size: walk.SizeOfApplication(a)}, err
		},
	}
	err = s.view(ctx, "list the applications", func(tx pgx.Tx) (err error) {
		list, err = listed.page(ctx, tx, page)
		return err
	})
	return list, err
}
