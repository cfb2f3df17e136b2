package api

import (
	"context"
	"net/http"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// SourceEndpointPath names an endpoint of a source's application.
type SourceEndpointPath struct {
	SourcePath
	EndpointID string `path:"endpoint_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the endpoint."`
}

const (
	sourceEndpointsPath = sourcePath + "/endpoint"
	sourceEndpointPath  = sourceEndpointsPath + "/{endpoint_id}"
)

// routeSourceEndpoints offers the endpoints of a source's application under the source, as client libraries look for
// them. They are the same endpoints.
func (a *API) routeSourceEndpoints() {
	route(a, operation{
		id: "v1.ingest.endpoint.list", method: http.MethodGet, path: sourceEndpointsPath, scope: hook.ScopeApplication,
		summary: "List the endpoints of a source",
	}, a.listSourceEndpoints)
	route(a, operation{
		id: "v1.ingest.endpoint.create", method: http.MethodPost, path: sourceEndpointsPath, scope: hook.ScopeApplication,
		summary: "Create an endpoint of a source", status: http.StatusCreated,
	}, a.createSourceEndpoint)
	route(a, operation{
		id: "v1.ingest.endpoint.get", method: http.MethodGet, path: sourceEndpointPath, scope: hook.ScopeApplication,
		summary: "Get an endpoint of a source",
	}, a.getSourceEndpoint)
	route(a, operation{
		id: "v1.ingest.endpoint.upsert", method: http.MethodPut, path: sourceEndpointPath, scope: hook.ScopeApplication,
		summary: "Replace or create an endpoint of a source", about: originRule, status: http.StatusOK, also: []int{http.StatusCreated},
	}, a.putSourceEndpoint)
	route(a, operation{
		id: "v1.ingest.endpoint.delete", method: http.MethodDelete, path: sourceEndpointPath, scope: hook.ScopeApplication,
		summary: "Delete an endpoint of a source",
	}, a.deleteSourceEndpoint)
	route(a, operation{
		id: "v1.ingest.endpoint.get-secret", method: http.MethodGet, path: sourceEndpointPath + "/secret", scope: hook.ScopeApplication,
		summary: "Get the key that verifies a source's endpoint's requests",
	}, a.getSourceEndpointSecret)
	route(a, operation{
		id: "v1.ingest.endpoint.rotate-secret", method: http.MethodPost, path: sourceEndpointPath + "/secret/rotate", scope: hook.ScopeApplication,
		summary: "Replace the signing key of a source's endpoint",
	}, a.rotateSourceEndpointSecret)
	route(a, operation{
		id: "v1.ingest.endpoint.get-headers", method: http.MethodGet, path: sourceEndpointPath + "/headers", scope: hook.ScopeApplication,
		summary: "Get the own headers of a source's endpoint",
	}, a.getSourceEndpointHeaders)
	route(a, operation{
		id: "v1.ingest.endpoint.set-headers", method: http.MethodPut, path: sourceEndpointPath + "/headers", scope: hook.ScopeApplication,
		summary: "Replace the own headers of a source's endpoint",
	}, a.putSourceEndpointHeaders)
}

// of returns the path of the source's application, under which its endpoints are.
func (a *API) of(ctx context.Context, source string) (AppPath, error) {
	found, err := a.source(ctx, source)
	if err != nil {
		return AppPath{}, err
	}
	owner, err := a.Applications.ByKey(ctx, found.ApplicationKey)
	return AppPath{id.Application.Text(owner.ID)}, err
}

func (a *API) endpointOf(ctx context.Context, in SourceEndpointPath) (EndpointPath, error) {
	owner, err := a.of(ctx, in.SourceID)
	return EndpointPath{owner, in.EndpointID}, err
}

func (a *API) listSourceEndpoints(ctx context.Context, in *struct {
	SourcePath
	PageQuery
	OrderQuery
}) (*answerOf[ListResponse[EndpointOut]], error) {
	owner, err := a.of(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	return a.listEndpoints(ctx, &struct {
		AppPath
		PageQuery
		OrderQuery
	}{owner, in.PageQuery, in.OrderQuery})
}

func (a *API) createSourceEndpoint(ctx context.Context, in *struct {
	SourcePath
	Body EndpointIn
}) (*answerOf[EndpointOut], error) {
	owner, err := a.of(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	return a.createEndpoint(ctx, &struct {
		AppPath
		Body EndpointIn
	}{owner, in.Body})
}

func (a *API) getSourceEndpoint(ctx context.Context, in *struct{ SourceEndpointPath }) (*answerOf[EndpointOut], error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.getEndpoint(ctx, &struct{ EndpointPath }{at})
}

func (a *API) putSourceEndpoint(ctx context.Context, in *struct {
	SourceEndpointPath
	Body EndpointUpdate
}) (*upserted[EndpointOut], error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.putEndpoint(ctx, &struct {
		EndpointPath
		Body EndpointUpdate
	}{at, in.Body})
}

func (a *API) deleteSourceEndpoint(ctx context.Context, in *struct{ SourceEndpointPath }) (*nothing, error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.deleteEndpoint(ctx, &struct{ EndpointPath }{at})
}

func (a *API) getSourceEndpointSecret(ctx context.Context, in *struct{ SourceEndpointPath }) (*answerOf[EndpointSecretOut], error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.getSecret(ctx, &struct{ EndpointPath }{at})
}

func (a *API) rotateSourceEndpointSecret(ctx context.Context, in *struct {
	SourceEndpointPath
	Body EndpointSecretRotateIn
}) (*nothing, error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.rotateSecret(ctx, &struct {
		EndpointPath
		Body EndpointSecretRotateIn
	}{at, in.Body})
}

func (a *API) getSourceEndpointHeaders(ctx context.Context, in *struct{ SourceEndpointPath }) (*answerOf[EndpointHeadersOut], error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.getHeaders(ctx, &struct{ EndpointPath }{at})
}

func (a *API) putSourceEndpointHeaders(ctx context.Context, in *struct {
	SourceEndpointPath
	Body EndpointHeadersIn
}) (*nothing, error) {
	at, err := a.endpointOf(ctx, in.SourceEndpointPath)
	if err != nil {
		return nil, err
	}
	return a.putHeaders(ctx, &struct {
		EndpointPath
		Body EndpointHeadersIn
	}{at, in.Body})
}
