package api

import (
	"context"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// source returns the source that ref names, if the caller may know of it. For a token of one application those of all
// others are not there. What is done next goes by the id, which stays with this source: a uid could be another's by then.
func (a *API) source(ctx context.Context, ref string) (hook.Source, error) {
	return a.Sources.Get(ctx, caller(ctx).ApplicationKey, ref)
}

// whoseSources returns the application whose sources the caller gets to see, of which ref may name one; zero is all.
func (a *API) whoseSources(ctx context.Context, ref string) (hook.Key, error) {
	if ref == "" && caller(ctx).Scope == hook.ScopeServer {
		return 0, nil
	}
	owner, err := a.ownerOfSources(ctx, ref)
	return owner.Key, err
}

// ownerOfSources returns the application that ref names, and without one that of the caller's token.
func (a *API) ownerOfSources(ctx context.Context, ref string) (hook.Application, error) {
	if ref == "" {
		return a.Applications.ByKey(ctx, caller(ctx).ApplicationKey)
	}
	return a.application(ctx, ref)
}

// newSource returns the source that the caller describes. One of an application's token belongs to that application.
func (a *API) newSource(ctx context.Context, in SourceIn) (catalog.NewSource, error) {
	n, err := in.spec()
	if err != nil || caller(ctx).Scope == hook.ScopeServer {
		return n, err
	}
	owner, err := a.ownerOfSources(ctx, n.Application)
	n.Application = id.Application.Text(owner.ID)
	return n, err
}

// putOwnSource replaces the source that ref names, or creates it. A uid names a source of the application that the body
// or the token names, and one with an application of its own if neither does: never that of a tenant who chose the same uid.
func (a *API) putOwnSource(ctx context.Context, ref string, n catalog.NewSource) (source hook.Source, created bool, err error) {
	at := store.RefOf(id.Inbound, ref)
	if n.UID == "" {
		n.UID = at.UID // putting twice is putting to the same source
	}
	found, err := a.sourceToPut(ctx, at, ref, n.Application)
	switch {
	case err == nil:
		if err := a.stays(ctx, found, n.Application); err != nil {
			return hook.Source{}, false, err
		}
		return a.Sources.Put(ctx, id.Inbound.Text(found.ID), n)
	case fault.KindOf(err) != fault.NotFound || !at.ID.IsZero():
		return hook.Source{}, false, err
	}
	source, err = a.Sources.Create(ctx, n) // which replaces nothing, should another source have the uid by now
	return source, err == nil, err
}

func (a *API) sourceToPut(ctx context.Context, at store.Ref, ref, application string) (hook.Source, error) {
	if caller(ctx).Scope != hook.ScopeServer || !at.ID.IsZero() {
		return a.source(ctx, ref)
	}
	if application != "" {
		owner, err := a.Applications.Get(ctx, application)
		if err != nil { // creating says what is wrong with it
			return hook.Source{}, err
		}
		return a.Sources.Get(ctx, owner.Key, ref)
	}
	found, err := a.Sources.Get(ctx, 0, ref)
	if err == nil {
		var own bool
		if own, err = a.Sources.OwnApplication(ctx, found); err == nil && own {
			return found, nil
		}
	}
	if err == nil || fault.CodeOf(err) == "ambiguous_uid" {
		err = fault.Missing("source")
	}
	return hook.Source{}, err
}

// stays refuses to replace a source by one of another application than it has.
func (a *API) stays(ctx context.Context, s hook.Source, application string) error {
	if application == "" {
		return nil
	}
	named, err := a.Applications.Get(ctx, application)
	if err == nil && named.Key == s.ApplicationKey {
		return nil
	}
	if err == nil || fault.KindOf(err) == fault.NotFound {
		err = fault.In("application", "value_error", movesNever)
	}
	return err
}

// mayDelete refuses to delete an application by way of the source that it was made for: that takes a token of the
// whole server, as it does elsewhere.
func (a *API) mayDelete(ctx context.Context, s hook.Source) error {
	if caller(ctx).Scope == hook.ScopeServer {
		return nil
	}
	own, err := a.Sources.OwnApplication(ctx, s)
	if err == nil && own {
		err = forbidden("The application of this token was made for this source and would go with it. "+tooNarrow, reach(hook.ScopeServer))
	}
	return err
}
