package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	endpointColumns = ` endpoint.key, endpoint.application, endpoint.id, endpoint.uid, endpoint.url,
		endpoint.description, endpoint.event_types, endpoint.channels, endpoint.rate_limit, endpoint.metadata,
		endpoint.disabled, endpoint.disabled_reason, endpoint.failing_since, endpoint.secrets, endpoint.headers,
		endpoint.credentials, endpoint.created_at, endpoint.updated_at `

	selectEndpoint = "SELECT" + endpointColumns + "FROM endpoint WHERE "
	insertEndpoint = `INSERT INTO endpoint (uid, url, description, event_types, channels, rate_limit, metadata,
		disabled, disabled_reason, failing_since, secrets, headers, credentials, updated_at, application, id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING` + endpointColumns
	updateEndpoint = `UPDATE endpoint SET uid = $1, url = $2, description = $3, event_types = $4, channels = $5,
		rate_limit = $6, metadata = $7, disabled = $8, disabled_reason = $9, failing_since = $10, secrets = $11, headers = $12,
		credentials = $13, updated_at = $14 WHERE key = $15 RETURNING` + endpointColumns
	deleteEndpoint = "DELETE FROM endpoint WHERE "

	// A deletion waits for the endpoints that are on their way, and the next ones find nothing.
	holdApplication = "SELECT 1 FROM application WHERE key = $1 FOR KEY SHARE"
	endpointWalk    = selectEndpoint + "application = $1 AND id >= $2 AND id < $3 ORDER BY id {order} LIMIT {rows}"
)

// scanEndpoint reads an endpoint and, behind its columns, whatever more takes.
func scanEndpoint(row scanner, more ...any) (hook.Endpoint, error) {
	var e hook.Endpoint
	err := row.Scan(append([]any{&e.Key, &e.ApplicationKey, pack.IntoID(&e.ID), pack.IntoText(&e.UID), &e.URL, &e.Description,
		pack.IntoJSON(&e.EventTypes), pack.IntoJSON(&e.Channels), &e.RateLimit, pack.IntoJSON(&e.Metadata),
		&e.Disabled, &e.DisabledReason, pack.IntoTime(&e.FailingSince), pack.IntoJSON(&e.Secrets),
		&e.Headers, &e.Credentials, pack.IntoTime(&e.CreatedAt), pack.IntoTime(&e.UpdatedAt)}, more...)...)
	return e, err
}

// endpointValues are what may change about an endpoint, in the order of the statements above, followed
// by more.
func endpointValues(e hook.Endpoint, more ...any) []any {
	return append([]any{textOrNull(e.UID), e.URL, e.Description, listOrNull(e.EventTypes), listOrNull(e.Channels),
		e.RateLimit, metadataText(e.Metadata), e.Disabled, e.DisabledReason, micros(e.FailingSince),
		pack.Secrets(e.Secrets), e.Headers, e.Credentials, micros(e.UpdatedAt)}, more...)
}

// CreateEndpoint implements store.Endpoints.
func (s *Store) CreateEndpoint(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	var stored hook.Endpoint
	err := s.write(ctx, "store the endpoint", func(tx pgx.Tx) (err error) {
		var one int
		err = tx.QueryRow(ctx, holdApplication, e.ApplicationKey).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("application")
		}
		if err != nil {
			return err
		}
		stored, err = scanEndpoint(tx.QueryRow(ctx, insertEndpoint, endpointValues(e, e.ApplicationKey, e.ID[:], micros(e.CreatedAt))...))
		if err != nil {
			return taken("endpoint", err)
		}
		_, err = tx.Exec(ctx, forgetDeletedEndpoint, e.ApplicationKey, e.ID[:])
		return s.changedEndpoint(ctx, tx, stored, err)
	})
	return stored, err
}

// changedEndpoint tells the other runs, unless err says that nothing changed.
func (s *Store) changedEndpoint(ctx context.Context, tx pgx.Tx, e hook.Endpoint, err error) error {
	if err != nil {
		return err
	}
	return s.changed(ctx, tx, store.Change{Kind: store.EndpointChanged, Application: e.ApplicationKey, Endpoint: e.Key})
}

// endpointNamed returns the condition that picks the application's endpoint of ref, and its values.
func endpointNamed(application hook.Key, ref store.Ref) (condition string, values []any) {
	condition, value := named(ref)
	return condition + " AND application = $2", []any{value, application}
}

// Endpoint implements store.Endpoints.
func (s *Store) Endpoint(ctx context.Context, application hook.Key, ref store.Ref) (hook.Endpoint, error) {
	condition, values := endpointNamed(application, ref)
	e, err := scanEndpoint(s.prompt.QueryRow(ctx, selectEndpoint+condition, values...))
	return e, found("endpoint", err)
}

// EndpointByKey implements store.Endpoints.
func (s *Store) EndpointByKey(ctx context.Context, application, key hook.Key) (hook.Endpoint, error) {
	e, err := scanEndpoint(s.prompt.QueryRow(ctx, selectEndpoint+"key = $1 AND application = $2", key, application))
	return e, found("endpoint", err)
}

// EndpointsOf implements store.Endpoints. An application's endpoints are found by an index that holds
// them by id, so they are put in order of their keys here.
func (s *Store) EndpointsOf(ctx context.Context, application hook.Key) (all []hook.Endpoint, err error) {
	err = each(ctx, s.prompt, func(row scanner) error {
		e, err := scanEndpoint(row)
		all = append(all, e)
		return err
	}, selectEndpoint+"application = $1", application)
	slices.SortFunc(all, func(a, b hook.Endpoint) int { return cmp.Compare(a.Key, b.Key) })
	return all, translate("list the endpoints", err)
}

// UpdateEndpoint implements store.Endpoints. Changes by other nodes wait until this one is stored.
func (s *Store) UpdateEndpoint(ctx context.Context, application hook.Key, ref store.Ref, change func(*hook.Endpoint) error) (hook.Endpoint, error) {
	var stored hook.Endpoint
	err := s.write(ctx, "store the endpoint", func(tx pgx.Tx) error {
		condition, values := endpointNamed(application, ref)
		e, err := scanEndpoint(tx.QueryRow(ctx, selectEndpoint+condition+" FOR UPDATE", values...))
		if err != nil {
			return found("endpoint", err)
		}
		if err := change(&e); err != nil {
			return err
		}
		stored, err = scanEndpoint(tx.QueryRow(ctx, updateEndpoint, endpointValues(e, e.Key)...))
		return s.changedEndpoint(ctx, tx, stored, taken("endpoint", err))
	})
	return stored, err
}

// DeleteEndpoint implements store.Endpoints.
func (s *Store) DeleteEndpoint(ctx context.Context, application hook.Key, ref store.Ref) (hook.Endpoint, error) {
	var removed hook.Endpoint
	err := s.write(ctx, "remove the endpoint", func(tx pgx.Tx) (err error) {
		condition, values := endpointNamed(application, ref)
		removed, err = scanEndpoint(tx.QueryRow(ctx, deleteEndpoint+condition+" RETURNING"+endpointColumns, values...))
		if err != nil {
			return found("endpoint", err)
		}
		return s.changedEndpoint(ctx, tx, removed, s.keepDeleted(ctx, tx, removed))
	})
	return removed, err
}

// ListEndpoints implements store.Endpoints.
func (s *Store) ListEndpoints(ctx context.Context, application hook.Key, page store.Page[id.ID]) (list store.List[hook.Endpoint, id.ID], err error) {
	listed := question[hook.Endpoint, id.ID]{
		query: endpointWalk,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{})
			return []any{application, low, high}
		},
		scan: func(from scanner) (walk.Entry[hook.Endpoint, id.ID], error) {
			e, err := scanEndpoint(from)
			return walk.Entry[hook.Endpoint, id.ID]{Item: e, At: e.ID, Keep: true, Size: walk.SizeOfEndpoint(e)}, err
		},
	}
	err = s.view(ctx, "list the endpoints", func(tx pgx.Tx) (err error) {
		list, err = listed.page(ctx, tx, page)
		return err
	})
	return list, err
}
