package catalog

import (
	"context"
	"io"
	"sync"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// SourceChanges is told of every committed change of a source; receive follows it.
type SourceChanges interface {
	// SourceChanged says that the source was created, changed or deleted. It must not wait for anything.
	SourceChanged(source hook.Key)
}

// Sources sets up where other people's webhooks come in.
type Sources struct {
	store  store.Sources
	vault  directory.SourceVault
	config SourceConfig

	creating sync.Mutex
}

// SourceConfig is what Sources needs beside the store.
type SourceConfig struct {
	Applications *Applications // where a source without an application gets one of its own
	Providers    provider.Catalog
	Box          *secret.Box
	IDs          *id.Source
	Random       io.Reader // for addresses
	Clock        clock.Clock
	MaxBody      int64 // most bytes that a source may be set to take
	Changes      SourceChanges
	// Forwards reports whether a header of this name may ever go along with a message; nil lets all names pass.
	Forwards func(name string) bool
}

// NewSources returns the use cases over s.
func NewSources(s store.Sources, c SourceConfig) *Sources {
	return &Sources{store: s, vault: directory.NewSourceVault(c.Box), config: c}
}

// Providers returns the providers that a source may have, by name.
func (s *Sources) Providers() provider.Catalog { return s.config.Providers }

// Get returns the application's source with this id or uid. With the application zero it may be of any; a uid that
// several applications use names the source with an application of its own, and is fault.Conflict without one.
func (s *Sources) Get(ctx context.Context, application hook.Key, ref string) (hook.Source, error) {
	return s.store.Source(ctx, application, store.RefOf(id.Inbound, ref))
}

// OwnApplication reports whether the application of the source was made for it.
func (s *Sources) OwnApplication(ctx context.Context, source hook.Source) (bool, error) {
	owner, err := s.config.Applications.ByKey(ctx, source.ApplicationKey)
	return err == nil && owner.UID == ownUID(source), err
}

// checkOwnUID refuses a uid that another source with an application of its own has: those are of one name space, though
// not of one application.
func (s *Sources) checkOwnUID(ctx context.Context, n NewSource) error {
	if n.Application != "" || n.UID == "" {
		return nil
	}
	found, err := s.store.Source(ctx, 0, store.Ref{UID: n.UID})
	if err != nil {
		if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Conflict {
			return nil
		}
		return err
	}
	own, err := s.OwnApplication(ctx, found)
	if err == nil && own {
		err = uidTaken("source", n.UID, fault.New(fault.Conflict, "taken", "Another source has this uid already."))
	}
	return err
}

// List returns a page of sources, of one application only if that is not zero.
func (s *Sources) List(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
	return s.store.ListSources(ctx, application, page)
}

// Create stores a new source under a new address. One that names no application gets its own.
func (s *Sources) Create(ctx context.Context, n NewSource) (hook.Source, error) {
	s.creating.Lock() // so that two with one uid do not both find it free
	defer s.creating.Unlock()
	if err := s.checkOwnUID(ctx, n); err != nil {
		return hook.Source{}, err
	}
	now := moment(s.config.Clock)
	source := hook.Source{ID: s.config.IDs.New(now), CreatedAt: now, UpdatedAt: now}
	if err := s.furnish(&source, n); err != nil {
		return hook.Source{}, err
	}
	application, own, err := s.applicationFor(ctx, source, n)
	if err != nil {
		return hook.Source{}, err
	}
	source.ApplicationKey = application.Key
	created, err := s.store.CreateSource(ctx, source)
	if err != nil {
		if own { // nobody else knows of it yet
			_ = s.config.Applications.Delete(ctx, id.Application.Text(application.ID))
		}
		return hook.Source{}, uidTaken("source", source.UID, err)
	}
	s.config.Changes.SourceChanged(created.Key)
	return created, nil
}

// furnish fills a new source.
func (s *Sources) furnish(source *hook.Source, n NewSource) error {
	if err := s.readdress(source); err != nil {
		return err
	}
	return s.apply(source, n.patch())
}

// applicationFor returns the application whose endpoints the source forwards to, and whether it was made for it.
func (s *Sources) applicationFor(ctx context.Context, source hook.Source, n NewSource) (a hook.Application, own bool, err error) {
	if n.Application != "" {
		a, err = s.config.Applications.Get(ctx, n.Application)
		if fault.KindOf(err) == fault.NotFound {
			err = fault.In("application", "unknown_application", "There is no application %q; leave it out and the source gets its own.", n.Application)
		}
		return a, false, err
	}
	a, err = s.config.Applications.Create(ctx, NewApplication{UID: ownUID(source), Name: source.Name})
	return a, true, err
}

// ownUID is the uid of the application that was made for the source: it can be told from all others by it.
func ownUID(s hook.Source) string { return id.Inbound.Text(s.ID) }

// Put replaces the source except for its address, and for its secrets where n has none; or creates it if there is none
// with this uid. An id of nothing is an error, as with applications.
func (s *Sources) Put(ctx context.Context, ref string, n NewSource) (source hook.Source, created bool, err error) {
	byID := !store.RefOf(id.Inbound, ref).ID.IsZero()
	if n.UID == "" && !byID {
		n.UID = ref // so that putting twice is putting to the same source
	}
	patch := n.patch()
	if n.Secrets == nil {
		patch.Secrets = nil
	}
	source, err = s.Patch(ctx, ref, patch)
	if fault.KindOf(err) != fault.NotFound || byID {
		return source, false, err
	}
	source, err = s.Create(ctx, n)
	return source, err == nil, err
}

// Patch changes some fields of the source.
func (s *Sources) Patch(ctx context.Context, ref string, p SourcePatch) (hook.Source, error) {
	return s.update(ctx, store.RefOf(id.Inbound, ref), func(source *hook.Source) error { return s.apply(source, p) })
}

// Delete removes the source with its secrets, and the application that was made for it.
func (s *Sources) Delete(ctx context.Context, ref string) error {
	gone, err := s.store.DeleteSource(ctx, store.RefOf(id.Inbound, ref))
	if err != nil {
		return err
	}
	s.config.Changes.SourceChanged(gone.Key)
	err = s.config.Applications.Delete(ctx, ownUID(gone))
	if fault.KindOf(err) == fault.NotFound { // it had none of its own
		return nil
	}
	return err
}

func (s *Sources) update(ctx context.Context, ref store.Ref, change func(*hook.Source) error) (hook.Source, error) {
	now, uid := moment(s.config.Clock), ""
	source, err := s.store.UpdateSource(ctx, ref, func(source *hook.Source) error {
		if err := change(source); err != nil {
			return err
		}
		source.UpdatedAt, uid = now, source.UID
		return nil
	})
	if err != nil {
		return source, uidTaken("source", uid, err)
	}
	s.config.Changes.SourceChanged(source.Key)
	return source, nil
}
