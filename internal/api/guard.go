package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/store"
)

// guarded lets those callers through whose token reaches as far as scope.
func (a *API) guarded(scope hook.Scope, next http.Handler) http.Handler {
	if scope == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := a.authenticate(r)
		if err == nil && rank(who.Scope) < rank(scope) {
			err = a.refuse(r, who, scope)
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		c := callOf(r.Context())
		c.who, c.lease = who, a.Budget.Lease(ownerOf(who))
		next.ServeHTTP(w, r)
	})
}

// ownerOf returns with whom a caller shares a part of the memory budget. An application has as many tokens as it makes.
func ownerOf(who auth.Identity) membudget.Owner {
	if who.ApplicationKey == 0 {
		return membudget.Owner{Kind: membudget.Server}
	}
	return membudget.Owner{Kind: membudget.Application, Key: int64(who.ApplicationKey)}
}

// refuse returns the error for a token whose scope is too narrow for an operation: for an application that is not its own,
// the one that it gets from every other operation.
func (a *API) refuse(r *http.Request, who auth.Identity, scope hook.Scope) error {
	if ref := chi.URLParam(r, "app_id"); ref != "" {
		if _, err := a.ownApplication(r.Context(), who, ref); err != nil {
			return err
		}
	}
	return forbidden(tooNarrow, reach(scope))
}

func (a *API) authenticate(r *http.Request) (auth.Identity, error) {
	return a.bearer(r.Context(), r.Header.Get("Authorization"))
}

// bearer returns who comes with this Authorization header.
func (a *API) bearer(ctx context.Context, authorization string) (auth.Identity, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return auth.Identity{}, fault.New(fault.Unauthenticated, "authentication_failed",
			"Send a token as `Authorization: Bearer <token>`.")
	}
	return a.Auth.Authenticate(ctx, strings.TrimSpace(token))
}

const insufficientScope = "insufficient_scope"

const tooNarrow = "This token does not reach that far: send one %s."

func forbidden(format string, args ...any) error {
	return fault.New(fault.Forbidden, insufficientScope, format, args...)
}

// reach says which tokens have the scope, as a person would who has to find one.
func reach(s hook.Scope) string {
	if s == hook.ScopeServer {
		return "of the whole server, such as the admin token"
	}
	return "of the application, not of its portal"
}

// Admins lets only those through whose token reaches everything. It is for what stands beside the API and
// tells about all applications.
func (a *API) Admins(next http.Handler) http.Handler {
	return a.noted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := a.authenticate(r)
		if err == nil && who.Scope != hook.ScopeServer {
			err = forbidden(tooNarrow, reach(hook.ScopeServer))
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// rank orders the scopes. An unknown one reaches nothing.
func rank(s hook.Scope) int {
	switch s {
	case hook.ScopeServer:
		return 3
	case hook.ScopeApplication:
		return 2
	case hook.ScopePortal:
		return 1
	}
	return 0
}

// caller returns who is calling. Without a guard in front it is nobody.
func caller(ctx context.Context) auth.Identity { return callOf(ctx).who }

// application returns the application that ref names, if the caller may know of it. A token of one
// application gets the same answer for every other one, whether it exists or not.
func (a *API) application(ctx context.Context, ref string) (hook.Application, error) {
	who := caller(ctx)
	if who.Scope == hook.ScopeServer {
		return a.Applications.Get(ctx, ref)
	}
	return a.ownApplication(ctx, who, ref)
}

// ownApplication returns the application of a token if ref names it, and otherwise the error for one that does not exist.
func (a *API) ownApplication(ctx context.Context, who auth.Identity, ref string) (hook.Application, error) {
	own, err := a.Applications.ByKey(ctx, who.ApplicationKey)
	if err != nil {
		return hook.Application{}, err
	}
	named := store.RefOf(id.Application, ref)
	if named.ID == own.ID || named.UID != "" && named.UID == own.UID {
		return own, nil
	}
	return hook.Application{}, fault.Missing("application")
}

// endpoint returns an endpoint of the application that ref names.
func (a *API) endpoint(ctx context.Context, application, ref string) (hook.Application, hook.Endpoint, error) {
	owner, err := a.application(ctx, application)
	if err != nil {
		return hook.Application{}, hook.Endpoint{}, err
	}
	e, err := a.Endpoints.Get(ctx, owner.Key, ref)
	return owner, e, err
}

// message returns a message of the application that ref names.
func (a *API) message(ctx context.Context, application, ref string) (hook.Application, hook.Message, error) {
	owner, err := a.application(ctx, application)
	if err != nil {
		return hook.Application{}, hook.Message{}, err
	}
	m, err := a.History.Message(ctx, owner.Key, store.RefOf(id.Message, ref))
	if err == nil {
		err = hold(ctx, len(m.Payload))
	}
	return owner, m, err
}
