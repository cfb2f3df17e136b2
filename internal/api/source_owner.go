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
	found, err := a.Sources.Get(ctx, ref)
	if err == nil && !seesSources(ctx, found.ApplicationKey) {
		return hook.Source{}, fault.Missing("source")
	}
	return found, err
}

func seesSources(ctx context.Context, application hook.Key) bool {
	who := caller(ctx)
	return who.Scope == hook.ScopeServer || who.ApplicationKey == application
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
	found, err := a.application(ctx, ref)
	if fault.CodeOf(err) == insufficientScope { // the place is a field of the body or a parameter: there is no path to speak of
		err = forbidden("This token is for one application: name that one, or leave application out.")
	}
	return found, err
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

// putOwnSource replaces the source that ref names, or creates it. One of another application is not there, and its uid
// is not free either: uids are unique on a server, and creating one says no more.
func (a *API) putOwnSource(ctx context.Context, ref string, n catalog.NewSource) (source hook.Source, created bool, err error) {
	at := store.RefOf(id.Inbound, ref)
	if n.UID == "" {
		n.UID = at.UID // putting twice is putting to the same source
	}
	found, err := a.Sources.Get(ctx, ref)
	switch {
	case err == nil && !seesSources(ctx, found.ApplicationKey):
		return hook.Source{}, false, notToPut(at)
	case err == nil:
		if err := a.stays(ctx, found, n.Application); err != nil {
			return hook.Source{}, false, err
		}
		return a.Sources.Put(ctx, id.Inbound.Text(found.ID), n)
	case fault.KindOf(err) != fault.NotFound || !at.ID.IsZero():
		return hook.Source{}, false, err
	}
	source, err = a.Sources.Create(ctx, n) // which replaces nothing, should another application have the uid by now
	return source, err == nil, err
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

// notToPut is the refusal to put to another application's source: to a uid the one that creating it gets.
func notToPut(at store.Ref) error {
	if at.UID == "" {
		return fault.Missing("source")
	}
	taken := fault.New(fault.Conflict, "taken", "Another source has the uid %s already; choose another uid.", at.UID)
	taken.Field = "uid"
	return taken
}

// mayDelete refuses to delete an application by way of the source that it was made for: that takes a token of the
// whole server, as it does elsewhere.
func (a *API) mayDelete(ctx context.Context, s hook.Source) error {
	if caller(ctx).Scope == hook.ScopeServer {
		return nil
	}
	owner, err := a.Applications.ByKey(ctx, s.ApplicationKey)
	if err == nil && owner.UID == id.Inbound.Text(s.ID) {
		err = forbidden("The application of this token was made for this source and would go with it. "+tooNarrow, reach(hook.ScopeServer))
	}
	return err
}
