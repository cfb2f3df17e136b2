package api

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// ApplicationIn is what a caller says about an application.
type ApplicationIn struct {
	Name         string            `json:"name" minLength:"1" maxLength:"16384" doc:"Name for people."`
	UID          *string           `json:"uid,omitempty" nullable:"true" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique."`
	ThrottleRate *int              `json:"throttleRate,omitempty" nullable:"true" minimum:"1" maximum:"65535" doc:"Most requests a second to all its endpoints together."`
	Metadata     map[string]string `json:"metadata,omitempty" doc:"Your own notes."`
	RateLimit    *int              `json:"rateLimit,omitempty" nullable:"true" minimum:"1" maximum:"65535" hidden:"true" doc:"Older name of throttleRate."`
}

// ApplicationPatch is what a caller wants changed.
type ApplicationPatch struct {
	Name         given[string]            `json:"name,omitzero" minLength:"1" maxLength:"16384" doc:"Name for people."`
	UID          clearable[string]        `json:"uid,omitzero" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique."`
	ThrottleRate clearable[int]           `json:"throttleRate,omitzero" minimum:"0" maximum:"65535" doc:"Most requests a second to all its endpoints together."`
	Metadata     given[map[string]string] `json:"metadata,omitzero" doc:"Your own notes; all of them are replaced."`
	RateLimit    clearable[int]           `json:"rateLimit,omitzero" minimum:"0" maximum:"65535" hidden:"true" doc:"Older name of throttleRate."`
}

// ApplicationOut is an application.
type ApplicationOut struct {
	ID           string            `json:"id" doc:"Its id."`
	UID          *string           `json:"uid" required:"false" doc:"Your own name for it."`
	Name         string            `json:"name" doc:"Name for people."`
	ThrottleRate *int              `json:"throttleRate" required:"false" doc:"Most requests a second to all its endpoints together."`
	RateLimit    *int              `json:"rateLimit" required:"false" doc:"Older name of throttleRate."`
	Metadata     map[string]string `json:"metadata" doc:"Your own notes."`
	CreatedAt    time.Time         `json:"createdAt" doc:"When it was created."`
	UpdatedAt    time.Time         `json:"updatedAt" doc:"When it last changed."`
}

// AppPath names an application.
type AppPath struct {
	AppID string `path:"app_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the application."`
}

type upserted[T any] struct {
	Status int
	Body   T
}

const (
	applicationsPath = "/api/v1/app"
	applicationPath  = applicationsPath + "/{app_id}"
)

func (a *API) routeApplications() {
	route(a, operation{
		id: "v1.application.list", method: http.MethodGet, path: applicationsPath, scope: hook.ScopeServer,
		summary: "List applications",
	}, a.listApplications)
	route(a, operation{
		id: "v1.application.create", method: http.MethodPost, path: applicationsPath, scope: hook.ScopeServer,
		summary: "Create an application", status: http.StatusCreated, also: []int{http.StatusOK},
		about: "With get_if_exists, the application that has the uid already is returned with 200.",
	}, a.createApplication)
	route(a, operation{
		id: "v1.application.get", method: http.MethodGet, path: applicationPath, scope: hook.ScopePortal,
		summary: "Get an application",
	}, a.getApplication)
	route(a, operation{
		id: "v1.application.update", method: http.MethodPut, path: applicationPath, scope: hook.ScopeServer,
		summary: "Replace or create an application", status: http.StatusOK, also: []int{http.StatusCreated},
		about: "A uid in the path that nothing has yet creates an application with this uid.",
	}, a.putApplication)
	route(a, operation{
		id: "v1.application.patch", method: http.MethodPatch, path: applicationPath, scope: hook.ScopeServer,
		summary: "Change some fields of an application",
	}, a.patchApplication)
	route(a, operation{
		id: "v1.application.delete", method: http.MethodDelete, path: applicationPath, scope: hook.ScopeServer,
		summary: "Delete an application with everything in it",
	}, a.deleteApplication)
}

func (a *API) listApplications(ctx context.Context, in *struct {
	PageQuery
	OrderQuery
	WithEndpoints  bool `query:"exclude_apps_with_no_endpoints" doc:"Leave out applications that have no endpoints."`
	NotAllDisabled bool `query:"exclude_apps_with_disabled_endpoints" doc:"Leave out applications all of whose endpoints are disabled."`
	NotOnlyPlay    bool `query:"exclude_apps_with_svix_play_endpoints" doc:"Without effect: there are no endpoints of that kind."`
}) (*answerOf[ListResponse[ApplicationOut]], error) {
	page, err := in.byID(ctx, id.Application, in.ascending(true))
	if err != nil {
		return nil, err
	}
	list, err := a.Applications.List(ctx, store.ApplicationFilter{WithEndpoints: in.WithEndpoints, NotAllDisabled: in.NotAllDisabled}, page)
	return listed(list, id.Application.Text, applicationOut, err)
}

func (a *API) createApplication(ctx context.Context, in *struct {
	GetIfExists bool `query:"get_if_exists" doc:"Return the application that has the uid already."`
	Body        ApplicationIn
}) (*upserted[ApplicationOut], error) {
	if in.GetIfExists {
		return upsert(applicationOut)(a.Applications.GetOrCreate(ctx, in.Body.spec()))
	}
	created, err := a.Applications.Create(ctx, in.Body.spec())
	return upsert(applicationOut)(created, true, err)
}

func (a *API) getApplication(ctx context.Context, in *struct{ AppPath }) (*answerOf[ApplicationOut], error) {
	found, err := a.application(ctx, in.AppID)
	return answered(applicationOut(found), err)
}

func (a *API) putApplication(ctx context.Context, in *struct {
	AppPath
	Body ApplicationIn
}) (*upserted[ApplicationOut], error) {
	return upsert(applicationOut)(a.Applications.Put(ctx, in.AppID, in.Body.spec()))
}

func (a *API) patchApplication(ctx context.Context, in *struct {
	AppPath
	Body ApplicationPatch
}) (*answerOf[ApplicationOut], error) {
	changed, err := a.Applications.Patch(ctx, in.AppID, in.Body.patch())
	return answered(applicationOut(changed), err)
}

func (a *API) deleteApplication(ctx context.Context, in *struct{ AppPath }) (*nothing, error) {
	return done(a.Applications.Delete(ctx, in.AppID))
}

// upsert returns a function that makes the answer of an operation that creates or finds.
func upsert[T, O any](convert func(T) O) func(T, bool, error) (*upserted[O], error) {
	return func(item T, created bool, err error) (*upserted[O], error) {
		if err != nil {
			return nil, err
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		return &upserted[O]{status, convert(item)}, nil
	}
}

func (in ApplicationIn) spec() catalog.NewApplication {
	return catalog.NewApplication{
		UID: orZero(in.UID), Name: in.Name, RateLimit: orZero(either(in.ThrottleRate, in.RateLimit)), Metadata: in.Metadata,
	}
}

func (in ApplicationPatch) patch() catalog.ApplicationPatch {
	return catalog.ApplicationPatch{
		UID: in.UID.value, Name: in.Name.value,
		RateLimit: either(in.ThrottleRate.value, in.RateLimit.value), Metadata: in.Metadata.value,
	}
}

// either returns the value under its present name, or else the one under its older name.
func either[T any](present, older *T) *T {
	if present != nil {
		return present
	}
	return older
}

func applicationOut(a hook.Application) ApplicationOut {
	return ApplicationOut{
		ID: id.Application.Text(a.ID), UID: orNull(a.UID), Name: a.Name,
		ThrottleRate: orNull(a.RateLimit), RateLimit: orNull(a.RateLimit), Metadata: orEmpty(a.Metadata),
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}
