package catalog

import (
	"context"
	"io"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// Endpoints sets up endpoints.
type Endpoints struct {
	store  store.Endpoints
	vault  directory.Vault
	config EndpointConfig
}

// EndpointConfig is what Endpoints needs beside the store.
type EndpointConfig struct {
	Box    *secret.Box
	Policy egress.Policy
	IDs    *id.Source
	Random io.Reader // for new signing keys
	Clock  clock.Clock
	// Types is set if an endpoint may name only event types that exist; nil takes any name.
	Types   store.EventTypes
	Changes directory.Changes
}

// NewEndpoints returns the use cases over s.
func NewEndpoints(s store.Endpoints, c EndpointConfig) *Endpoints {
	return &Endpoints{store: s, vault: directory.NewVault(c.Box), config: c}
}

// Get returns the application's endpoint with this id or uid.
func (s *Endpoints) Get(ctx context.Context, application hook.Key, ref string) (hook.Endpoint, error) {
	return s.store.Endpoint(ctx, application, store.RefOf(id.Endpoint, ref))
}

// List returns a page of the application's endpoints.
func (s *Endpoints) List(
	ctx context.Context, application hook.Key, page store.Page[id.ID],
) (store.List[hook.Endpoint, id.ID], error) {
	return s.store.ListEndpoints(ctx, application, page)
}

// Create stores a new endpoint with a signing key, the given one or a new one.
func (s *Endpoints) Create(ctx context.Context, application hook.Key, n NewEndpoint) (hook.Endpoint, error) {
	now := moment(s.config.Clock)
	e := hook.Endpoint{ApplicationKey: application, ID: s.config.IDs.New(now), CreatedAt: now}
	if err := s.checkTypes(ctx, n.EventTypes); err != nil {
		return hook.Endpoint{}, err
	}
	if err := s.furnish(&e, n); err != nil {
		return hook.Endpoint{}, err
	}
	created, err := s.store.CreateEndpoint(ctx, e)
	if err != nil {
		return hook.Endpoint{}, uidTaken("endpoint", e.UID, err)
	}
	s.config.Changes.EndpointChanged(application, created.Key)
	return created, nil
}

// furnish fills a new endpoint.
func (s *Endpoints) furnish(e *hook.Endpoint, n NewEndpoint) error {
	key, err := s.keyOf(n.Secret)
	if err != nil {
		return err
	}
	sealed, err := s.vault.SealKey(e.ID, key)
	if err != nil {
		return err
	}
	*e = e.Rotate(sealed, 0, e.CreatedAt)
	if err := s.setHeaders(e, n.Headers); err != nil {
		return err
	}
	return s.apply(e, n.patch())
}

// ChangedEndpoint is an endpoint after a change of its fields.
type ChangedEndpoint struct {
	hook.Endpoint
	// DroppedHeaders are the names, sorted, of the hidden headers that the change removed because it changed the
	// origin of the URL.
	DroppedHeaders []string
}

// Put replaces the endpoint except for its keys and headers, or creates it if there is none with this
// uid. As with applications, an id of nothing is an error. A change of the URL is as with Patch.
func (s *Endpoints) Put(
	ctx context.Context, application hook.Key, ref string, n NewEndpoint,
) (e ChangedEndpoint, created bool, err error) {
	e, err = s.Patch(ctx, application, ref, n.patch())
	if fault.KindOf(err) != fault.NotFound || !store.RefOf(id.Endpoint, ref).ID.IsZero() {
		return e, false, err
	}
	if n.UID == "" {
		n.UID = ref
	}
	e.Endpoint, err = s.Create(ctx, application, n)
	return e, err == nil, err
}

// Patch changes some fields of the endpoint. Hidden headers and the credentials of the URL belong to the origin that
// they were set for: when the scheme, host or port of the URL changes they are removed.
func (s *Endpoints) Patch(
	ctx context.Context, application hook.Key, ref string, p EndpointPatch,
) (ChangedEndpoint, error) {
	if p.EventTypes != nil {
		if err := s.checkTypes(ctx, *p.EventTypes); err != nil {
			return ChangedEndpoint{}, err
		}
	}
	var dropped []string
	e, err := s.update(ctx, application, ref, func(e *hook.Endpoint) (err error) {
		before := e.URL
		if err := s.apply(e, p); err != nil {
			return err
		}
		dropped, err = s.dropHidden(e, before)
		return err
	})
	return ChangedEndpoint{e, dropped}, err
}

// Delete removes the endpoint and wipes its secrets.
func (s *Endpoints) Delete(ctx context.Context, application hook.Key, ref string) error {
	gone, err := s.store.DeleteEndpoint(ctx, application, store.RefOf(id.Endpoint, ref))
	if err == nil {
		s.config.Changes.EndpointChanged(application, gone.Key)
	}
	return err
}

func (s *Endpoints) update(
	ctx context.Context, application hook.Key, ref string, change func(*hook.Endpoint) error,
) (hook.Endpoint, error) {
	now, uid := moment(s.config.Clock), ""
	e, err := s.store.UpdateEndpoint(ctx, application, store.RefOf(id.Endpoint, ref), func(e *hook.Endpoint) error {
		if err := change(e); err != nil {
			return err
		}
		e.UpdatedAt, uid = now, e.UID
		return nil
	})
	if err != nil {
		return e, uidTaken("endpoint", uid, err)
	}
	s.config.Changes.EndpointChanged(application, e.Key)
	return e, nil
}

// checkTypes refuses event types that do not exist, where they must.
func (s *Endpoints) checkTypes(ctx context.Context, names []string) error {
	if err := checkNames("eventTypes", names, MaxEventTypes, hook.MaxName); err != nil || s.config.Types == nil {
		return err
	}
	for _, name := range names {
		known, err := s.config.Types.EventType(ctx, name)
		if fault.KindOf(err) == fault.NotFound || err == nil && known.Archived {
			return fault.In("eventTypes", "unknown_event_type", "Create the event type %s first.", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
