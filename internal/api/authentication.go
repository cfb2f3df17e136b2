package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// AppPortalAccessIn asks for a way into the portal.
type AppPortalAccessIn struct {
	Application  nullable[ApplicationIn] `json:"application,omitzero" doc:"Created first if there is no such application."`
	FeatureFlags []string                `json:"featureFlags,omitempty" nullable:"true" maxItems:"100" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"None: this version shows no event type that has a flag."`
	Expiry       *int                    `json:"expiry,omitempty" nullable:"true" minimum:"60" maximum:"604800" doc:"Seconds until the token ends; a week if left out."`
	ReadOnly     unoffered               `json:"readOnly,omitzero" hidden:"true"`
	Capabilities unoffered               `json:"capabilities,omitzero" hidden:"true"`
	SessionID    *string                 `json:"sessionId,omitempty" nullable:"true" minLength:"1" maxLength:"64" pattern:"^[a-zA-Z0-9@_\\-]+$" doc:"Without effect: tokens cannot be revoked by session yet."`
}

// AppPortalAccessOut is a way into the portal.
type AppPortalAccessOut struct {
	URL   string `json:"url" format:"uri" doc:"Link to the portal, with the token behind the #. The portal comes with a later version: until then a page says so there."`
	Token string `json:"token" doc:"Portal token."`
}

// portalTTL is how long a portal token lives unless the caller says.
const portalTTL = 7 * 24 * time.Hour

func (a *API) routeAuthentication() {
	route(a, operation{
		id: "v1.authentication.app-portal-access", method: http.MethodPost, path: "/api/v1/auth/app-portal-access/{app_id}",
		scope: hook.ScopeApplication, summary: "Make a portal token", status: http.StatusOK,
		about: "The link has the token in its fragment, behind the #. Browsers do not send it to servers, so it reaches no log. The portal that it leads to comes with a later version; the token is good for the API now.",
	}, a.portalAccess)
	route(a, operation{
		id: "v1.authentication.dashboard-access", method: http.MethodPost, path: "/api/v1/auth/dashboard-access/{app_id}",
		scope: hook.ScopeApplication, summary: "Make a portal token (older form)", status: http.StatusOK,
		about: "What 1.x libraries call. Use app-portal-access, which has more options.",
	}, a.dashboardAccess)
	route(a, operation{
		id: "v1.authentication.logout", method: http.MethodPost, path: "/api/v1/auth/logout",
		scope: hook.ScopePortal, summary: "Revoke the token of this request", status: http.StatusNoContent,
	}, func(ctx context.Context, _ *struct{}) (*nothing, error) { return done(a.Auth.Logout(ctx, caller(ctx))) })
}

func (a *API) portalAccess(ctx context.Context, in *struct {
	AppPath
	Body AppPortalAccessIn
}) (*answerOf[AppPortalAccessOut], error) {
	if len(in.Body.FeatureFlags) > 0 {
		return nil, fault.In("featureFlags", "value_error", notOffered)
	}
	application, err := a.applicationOrNew(ctx, in.AppID, in.Body.Application.value)
	if err != nil {
		return nil, err
	}
	ttl := portalTTL
	if in.Body.Expiry != nil {
		ttl = time.Duration(*in.Body.Expiry) * time.Second
	}
	token, _, err := a.Auth.IssuePortal(ctx, application.Key, ttl)
	return answered(AppPortalAccessOut{URL: a.portalURL(token), Token: token}, err)
}

// dashboardAccess is portalAccess without its options: libraries send no body.
func (a *API) dashboardAccess(ctx context.Context, in *struct{ AppPath }) (*answerOf[AppPortalAccessOut], error) {
	application, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	token, _, err := a.Auth.IssuePortal(ctx, application.Key, portalTTL)
	return answered(AppPortalAccessOut{URL: a.portalURL(token), Token: token}, err)
}

// portalURL builds the link from the configured address. The address that the caller used is in the
// caller's hand and must not end up in a link that carries a token.
func (a *API) portalURL(token string) string {
	return strings.TrimRight(a.PublicURL, "/") + "/portal#key=" + url.QueryEscape(token)
}

// applicationOrNew returns the application that ref names. If there is none and the caller says what it
// should be, it is created with ref as its uid.
func (a *API) applicationOrNew(ctx context.Context, ref string, in *ApplicationIn) (hook.Application, error) {
	found, err := a.application(ctx, ref)
	if in == nil || fault.KindOf(err) != fault.NotFound || caller(ctx).Scope != hook.ScopeServer {
		return found, err
	}
	spec, err := in.under(ref)
	if err != nil {
		return hook.Application{}, err
	}
	created, _, err := a.Applications.GetOrCreate(ctx, spec)
	return created, err
}
