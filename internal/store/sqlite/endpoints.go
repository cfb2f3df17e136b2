package sqlite

import (
	"context"

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
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING` + endpointColumns
	updateEndpoint = `UPDATE endpoint SET uid = ?, url = ?, description = ?, event_types = ?, channels = ?,
		rate_limit = ?, metadata = ?, disabled = ?, disabled_reason = ?, failing_since = ?, secrets = ?, headers = ?,
		credentials = ?, updated_at = ? WHERE key = ? RETURNING` + endpointColumns
	deleteEndpoint = "DELETE FROM endpoint WHERE application = ? AND "
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
	err := s.writer.write(ctx, "store the endpoint", func(t *tx) (err error) {
		var exists bool
		err = t.row("SELECT EXISTS (SELECT 1 FROM application WHERE key = ?)", e.ApplicationKey).Scan(&exists)
		if err == nil && !exists {
			return fault.Missing("application")
		}
		if err != nil {
			return err
		}
		stored, err = scanEndpoint(t.row(insertEndpoint, endpointValues(e, e.ApplicationKey, e.ID[:], micros(e.CreatedAt))...))
		if err != nil {
			return taken("endpoint", err)
		}
		return t.exec(forgetDeletedEndpoint, e.ApplicationKey, e.ID[:])
	})
	return stored, err
}

// Endpoint implements store.Endpoints.
func (s *Store) Endpoint(ctx context.Context, application hook.Key, ref store.Ref) (hook.Endpoint, error) {
	condition, value := named(ref)
	e, err := scanEndpoint(s.prompt.QueryRowContext(ctx, selectEndpoint+"application = ? AND "+condition, application, value))
	return e, found("endpoint", err)
}

// EndpointByKey implements store.Endpoints.
func (s *Store) EndpointByKey(ctx context.Context, application, key hook.Key) (hook.Endpoint, error) {
	e, err := scanEndpoint(s.prompt.QueryRowContext(ctx, selectEndpoint+"key = ? AND application = ?", key, application))
	return e, found("endpoint", err)
}

// EndpointsOf implements store.Endpoints. An application's endpoints are found by an index that holds
// them by id, so they are put in order of their keys here.
func (s *Store) EndpointsOf(ctx context.Context, application hook.Key) (all []hook.Endpoint, err error) {
	rows, err := s.prompt.QueryContext(ctx, selectEndpoint+"application = ? ORDER BY key", application)
	if err != nil {
		return nil, translate("list the endpoints", err)
	}
	defer func() { err = translate("list the endpoints", closeRows(rows, err)) }()
	for rows.Next() {
		e, err := scanEndpoint(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// UpdateEndpoint implements store.Endpoints.
func (s *Store) UpdateEndpoint(ctx context.Context, application hook.Key, ref store.Ref, change func(*hook.Endpoint) error) (hook.Endpoint, error) {
	var stored hook.Endpoint
	err := s.writer.write(ctx, "store the endpoint", func(t *tx) error {
		condition, value := named(ref)
		e, err := scanEndpoint(t.row(selectEndpoint+"application = ? AND "+condition, application, value))
		if err != nil {
			return found("endpoint", err)
		}
		if err := change(&e); err != nil {
			return err
		}
		stored, err = scanEndpoint(t.row(updateEndpoint, endpointValues(e, e.Key)...))
		return taken("endpoint", err)
	})
	return stored, err
}

// DeleteEndpoint implements store.Endpoints.
func (s *Store) DeleteEndpoint(ctx context.Context, application hook.Key, ref store.Ref) (hook.Endpoint, error) {
	var removed hook.Endpoint
	err := s.writer.write(ctx, "remove the endpoint", func(t *tx) (err error) {
		condition, value := named(ref)
		removed, err = scanEndpoint(t.row(deleteEndpoint+condition+" RETURNING"+endpointColumns, application, value))
		if err != nil {
			return found("endpoint", err)
		}
		return s.keepDeleted(t, removed)
	})
	return removed, err
}

// ListEndpoints implements store.Endpoints.
func (s *Store) ListEndpoints(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Endpoint, id.ID], error) {
	low, high := walk.IDs(page, walk.Span{})
	rows, err := s.read.QueryContext(ctx,
		order(selectEndpoint+"application = ? AND id >= ? AND id < ?", "id", page), application, low, high)
	if err != nil {
		return store.List[hook.Endpoint, id.ID]{}, translate("list the endpoints", err)
	}
	return collect(rows, page, func(from scanner) (walk.Entry[hook.Endpoint, id.ID], error) {
		e, err := scanEndpoint(from)
		return walk.Entry[hook.Endpoint, id.ID]{Item: e, At: e.ID, Keep: true, Size: walk.SizeOfEndpoint(e)}, err
	})
}
