package api

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// EndpointUpdate is what a caller says about an endpoint.
type EndpointUpdate struct {
	URL          string            `json:"url" minLength:"1" maxLength:"65536" doc:"Where requests go. User and password in front of the host are sent as Basic authentication and never shown again; on a change that leaves them out they stay as long as scheme, host and port stay."`
	UID          *string           `json:"uid,omitempty" nullable:"true" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique within the application."`
	Description  string            `json:"description,omitempty" maxLength:"16384" doc:"What it is for."`
	Disabled     bool              `json:"disabled,omitempty" doc:"Whether it gets nothing for now."`
	EventTypes   distinct          `json:"eventTypes,omitempty" nullable:"true" minItems:"1" maxItems:"1000" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Event types it wants; null is all."`
	Channels     distinct          `json:"channels,omitempty" nullable:"true" minItems:"1" maxItems:"10" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_.:+]+$" doc:"Channels it wants; null is all."`
	ThrottleRate *int              `json:"throttleRate,omitempty" nullable:"true" minimum:"1" maximum:"65535" doc:"Most requests a second."`
	Metadata     map[string]string `json:"metadata,omitempty" doc:"Your own notes."`
	RateLimit    *int              `json:"rateLimit,omitempty" nullable:"true" minimum:"1" maximum:"65535" hidden:"true" doc:"Older name of throttleRate."`
	FilterTypes  distinct          `json:"filterTypes,omitempty" nullable:"true" minItems:"1" maxItems:"1000" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" hidden:"true" doc:"Older name of eventTypes."`
	Version      *int              `json:"version,omitempty" nullable:"true" minimum:"1" hidden:"true" doc:"Without effect; older libraries send it."`
}

// EndpointIn is what a caller says about a new endpoint.
type EndpointIn struct {
	EndpointUpdate
	Secret  *string           `json:"secret,omitempty" nullable:"true" maxLength:"110" doc:"Signing key; a new one if left out."`
	Headers map[string]string `json:"headers,omitempty" nullable:"true" doc:"Your own headers for every request to it."`
}

// EndpointPatch is what a caller wants changed.
type EndpointPatch struct {
	URL          given[string]            `json:"url,omitzero" minLength:"1" maxLength:"65536" doc:"Where requests go."`
	UID          clearable[string]        `json:"uid,omitzero" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it."`
	Description  given[string]            `json:"description,omitzero" maxLength:"16384" doc:"What it is for."`
	Disabled     given[bool]              `json:"disabled,omitzero" doc:"Whether it gets nothing for now."`
	EventTypes   clearable[distinct]      `json:"eventTypes,omitzero" minItems:"1" maxItems:"1000" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Event types it wants; null is all."`
	Channels     clearable[distinct]      `json:"channels,omitzero" minItems:"1" maxItems:"10" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_.:+]+$" doc:"Channels it wants; null is all."`
	ThrottleRate clearable[int]           `json:"throttleRate,omitzero" minimum:"0" maximum:"65535" doc:"Most requests a second."`
	Metadata     given[map[string]string] `json:"metadata,omitzero" doc:"Your own notes; all of them are replaced."`
	RateLimit    clearable[int]           `json:"rateLimit,omitzero" minimum:"0" maximum:"65535" hidden:"true" doc:"Older name of throttleRate."`
	FilterTypes  clearable[distinct]      `json:"filterTypes,omitzero" minItems:"1" maxItems:"1000" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" hidden:"true" doc:"Older name of eventTypes."`
	Secret       unoffered                `json:"secret,omitzero" hidden:"true"` // rotating it keeps the old one for a while
	Version      clearable[int]           `json:"version,omitzero" minimum:"1" hidden:"true" doc:"Without effect; older libraries send it."`
}

// EndpointFields are what every picture of an endpoint has.
type EndpointFields struct {
	ID           string    `json:"id" doc:"Its id."`
	UID          *string   `json:"uid" required:"false" doc:"Your own name for it."`
	URL          string    `json:"url" doc:"Where requests go, without credentials."`
	Description  string    `json:"description" doc:"What it is for."`
	Disabled     bool      `json:"disabled" required:"false" doc:"Whether it gets nothing for now."`
	EventTypes   []string  `json:"eventTypes" required:"false" nullable:"true" doc:"Event types it wants; null is all."`
	Channels     []string  `json:"channels" required:"false" nullable:"true" doc:"Channels it wants; null is all."`
	ThrottleRate *int      `json:"throttleRate" required:"false" doc:"Most requests a second."`
	RateLimit    *int      `json:"rateLimit" required:"false" doc:"Older name of throttleRate."`
	FilterTypes  []string  `json:"filterTypes" required:"false" nullable:"true" doc:"Older name of eventTypes."`
	Version      int       `json:"version" required:"false" doc:"Always 1; older libraries need it."`
	CreatedAt    time.Time `json:"createdAt" doc:"When it was created."`
	UpdatedAt    time.Time `json:"updatedAt" doc:"When it last changed."`
}

// EndpointOut is an endpoint.
type EndpointOut struct {
	EndpointFields
	Metadata       map[string]string `json:"metadata" doc:"Your own notes."`
	DisabledReason *string           `json:"disabledReason" required:"false" doc:"Why it was disabled by the server: gone (it answered 410) or failing (five days of failures)."`
	FailingSince   *time.Time        `json:"failingSince" required:"false" doc:"First failure since the last success."`
	DroppedHeaders []string          `json:"droppedHeaders,omitempty" nullable:"false" doc:"In the answer to a change: names of the hidden headers that were removed because the scheme, host or port of the URL changed."`
}

// EndpointPath names an endpoint.
type EndpointPath struct {
	AppPath
	EndpointID string `path:"endpoint_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the endpoint."`
}

const (
	endpointsPath = applicationPath + "/endpoint"
	endpointPath  = endpointsPath + "/{endpoint_id}"
)

// originRule is what happens to secrets when the URL of an endpoint changes.
const originRule = "Hidden headers (such as Authorization) and the user and password of the URL belong to its scheme, host and port: a change of one of these removes them, and the answer lists the headers in droppedHeaders."

func (a *API) routeEndpoints() {
	route(a, operation{
		id: "v1.endpoint.list", method: http.MethodGet, path: endpointsPath, scope: hook.ScopePortal,
		summary: "List the endpoints of an application, newest first",
	}, a.listEndpoints)
	route(a, operation{
		id: "v1.endpoint.create", method: http.MethodPost, path: endpointsPath, scope: hook.ScopePortal,
		summary: "Create an endpoint", status: http.StatusCreated,
	}, a.createEndpoint)
	route(a, operation{
		id: "v1.endpoint.get", method: http.MethodGet, path: endpointPath, scope: hook.ScopePortal,
		summary: "Get an endpoint",
	}, a.getEndpoint)
	route(a, operation{
		id: "v1.endpoint.update", method: http.MethodPut, path: endpointPath, scope: hook.ScopePortal,
		summary: "Replace or create an endpoint", status: http.StatusOK, also: []int{http.StatusCreated},
		about: "Signing keys stay as they are, and so do headers unless the URL changes. " + originRule + " A uid in the path that nothing has yet creates an endpoint with this uid.",
	}, a.putEndpoint)
	route(a, operation{
		id: "v1.endpoint.patch", method: http.MethodPatch, path: endpointPath, scope: hook.ScopePortal,
		summary: "Change some fields of an endpoint", about: originRule,
	}, a.patchEndpoint)
	route(a, operation{
		id: "v1.endpoint.delete", method: http.MethodDelete, path: endpointPath, scope: hook.ScopePortal,
		summary: "Delete an endpoint", about: "Its secrets are wiped and what is on its way to it ends.",
	}, a.deleteEndpoint)
}

func (a *API) listEndpoints(ctx context.Context, in *struct {
	AppPath
	PageQuery
	OrderQuery
}) (*answerOf[ListResponse[EndpointOut]], error) {
	page, err := in.byID(ctx, id.Endpoint, in.ascending(false))
	if err != nil {
		return nil, err
	}
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	list, err := a.Endpoints.List(ctx, owner.Key, page)
	return listed(list, id.Endpoint.Text, endpointOut, err)
}

func (a *API) createEndpoint(ctx context.Context, in *struct {
	AppPath
	Body EndpointIn
}) (*answerOf[EndpointOut], error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	spec := in.Body.spec()
	spec.Secret, spec.Headers = orZero(in.Body.Secret), in.Body.Headers
	created, err := a.Endpoints.Create(ctx, owner.Key, spec)
	return answered(endpointOut(created), err)
}

func (a *API) getEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*answerOf[EndpointOut], error) {
	_, found, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	return answered(endpointOut(found), err)
}

func (a *API) putEndpoint(ctx context.Context, in *struct {
	EndpointPath
	Body EndpointUpdate
}) (*upserted[EndpointOut], error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	return upsert(changedEndpointOut)(a.Endpoints.Put(ctx, owner.Key, in.EndpointID, in.Body.spec()))
}

func (a *API) patchEndpoint(ctx context.Context, in *struct {
	EndpointPath
	Body EndpointPatch
}) (*answerOf[EndpointOut], error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	changed, err := a.Endpoints.Patch(ctx, owner.Key, in.EndpointID, in.Body.patch())
	return answered(changedEndpointOut(changed), err)
}

func (a *API) deleteEndpoint(ctx context.Context, in *struct{ EndpointPath }) (*nothing, error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	return done(a.Endpoints.Delete(ctx, owner.Key, in.EndpointID))
}

func (in EndpointUpdate) spec() catalog.NewEndpoint {
	types := in.EventTypes.items
	if types == nil {
		types = in.FilterTypes.items
	}
	return catalog.NewEndpoint{
		UID: orZero(in.UID), URL: in.URL, Description: in.Description, EventTypes: types, Channels: in.Channels.items,
		RateLimit: orZero(either(in.ThrottleRate, in.RateLimit)), Metadata: in.Metadata, Disabled: in.Disabled,
	}
}

func (in EndpointPatch) patch() catalog.EndpointPatch {
	return catalog.EndpointPatch{
		UID: in.UID.value, URL: in.URL.value, Description: in.Description.value,
		EventTypes: listOf(either(in.EventTypes.value, in.FilterTypes.value)), Channels: listOf(in.Channels.value),
		RateLimit: either(in.ThrottleRate.value, in.RateLimit.value), Metadata: in.Metadata.value, Disabled: in.Disabled.value,
	}
}

func endpointOut(e hook.Endpoint) EndpointOut {
	return EndpointOut{
		EndpointFields: endpointFields(e), Metadata: orEmpty(e.Metadata),
		DisabledReason: orNull(e.DisabledReason), FailingSince: orNull(e.FailingSince),
	}
}

func changedEndpointOut(e catalog.ChangedEndpoint) EndpointOut {
	out := endpointOut(e.Endpoint)
	out.DroppedHeaders = e.DroppedHeaders
	return out
}

func endpointFields(e hook.Endpoint) EndpointFields {
	return EndpointFields{
		ID: id.Endpoint.Text(e.ID), UID: orNull(e.UID), URL: e.URL, Description: e.Description, Disabled: e.Disabled,
		EventTypes: e.EventTypes, FilterTypes: e.EventTypes, Channels: e.Channels,
		ThrottleRate: orNull(e.RateLimit), RateLimit: orNull(e.RateLimit), Version: 1,
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
}
