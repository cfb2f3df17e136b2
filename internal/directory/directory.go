// Package directory answers from memory what every publish and every attempt must know: an application
// with its endpoints ready for sending, their secrets opened, and event types. It follows committed
// changes, so that what it says is never older than the last one.
package directory

import (
	"context"
	"math"
	"sync"

	"github.com/maypok86/otter/v2"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Bounds of what the directory keeps in memory.
const (
	keptEndpoints  = 200_000  // endpoints of all snapshots together
	keptNames      = 200_000  // ids and uids of applications
	keptEventTypes = 64 << 20 // bytes of event types, about
)

// Store is what the directory reads.
type Store interface {
	store.Applications
	store.Endpoints
	store.EventTypes
}

// Directory answers from memory what every publish and every attempt must know: an application with
// its endpoints ready for sending, and event types. It follows committed changes as a Changes.
type Directory struct {
	store Store
	vault Vault
	then  Changes // told of changes after the directory has forgotten; nil if nobody

	mu        sync.Mutex // a change and the keeping of something read before it exclude each other
	loading   map[hook.Key]*load
	bases     map[hook.Key]*base
	changes   uint64 // of event types so far
	snapshots *otter.Cache[hook.Key, *Snapshot]
	names     *otter.Cache[string, hook.Key]
	types     *otter.Cache[string, hook.EventType]
}

// New returns an empty directory over s. Secrets are opened with v.
func New(s Store, v Vault) *Directory {
	return &Directory{
		store: s, vault: v, loading: map[hook.Key]*load{}, bases: map[hook.Key]*base{},
		snapshots: otter.Must(&otter.Options[hook.Key, *Snapshot]{MaximumWeight: keptEndpoints, Weigher: weigh}),
		names:     otter.Must(&otter.Options[string, hook.Key]{MaximumSize: keptNames}),
		types:     otter.Must(&otter.Options[string, hook.EventType]{MaximumWeight: keptEventTypes, Weigher: weighType}),
	}
}

func weigh(_ hook.Key, s *Snapshot) uint32 {
	return uint32(min(len(s.Routes)+1, math.MaxInt32)) //nolint:gosec // bounded right there
}

func weighType(name string, t hook.EventType) uint32 {
	return uint32(min(256+len(name)+len(t.Description)+len(t.Schemas), math.MaxInt32)) //nolint:gosec // bounded right there
}

// Tell makes the directory pass changes on, once it has forgotten what they concern. Call it before use.
func (d *Directory) Tell(next Changes) { d.then = next }

// Find returns the snapshot of the application that an id or uid names.
func (d *Directory) Find(ctx context.Context, ref string) (*Snapshot, error) {
	if key, ok := d.names.GetIfPresent(ref); ok {
		s, err := d.Snapshot(ctx, key)
		if err == nil && s.named(ref) {
			return s, nil
		}
	}
	a, err := d.store.Application(ctx, store.RefOf(id.Application, ref))
	if err != nil {
		return nil, err
	}
	d.names.Set(ref, a.Key)
	return d.Snapshot(ctx, a.Key)
}

// EventType returns the event type of the catalogue with this name, archived or not. That there is none is remembered
// as well: publishing does not need one.
func (d *Directory) EventType(ctx context.Context, name string) (hook.EventType, error) {
	if t, ok := d.types.GetIfPresent(name); ok {
		if t.Name == "" {
			return t, fault.Missing("event type")
		}
		return t, nil
	}
	before := d.typeChanges()
	t, err := d.store.EventType(ctx, name)
	switch {
	case err == nil:
		d.keepType(before, name, t)
	case fault.KindOf(err) == fault.NotFound:
		d.keepType(before, name, hook.EventType{})
	}
	return t, err
}

func (d *Directory) typeChanges() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// keepType keeps what was read when the count of changes was before, unless something changed meanwhile:
// it might be older than the change. An event type without a name stands for none.
func (d *Directory) keepType(before uint64, name string, t hook.EventType) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.changes == before {
		d.types.Set(name, t)
	}
}

// ApplicationChanged implements Changes.
func (d *Directory) ApplicationChanged(application hook.Key) {
	d.forget(application)
	if d.then != nil {
		d.then.ApplicationChanged(application)
	}
}

// EndpointChanged implements Changes.
func (d *Directory) EndpointChanged(application, endpoint hook.Key) {
	d.forgetOne(application, endpoint)
	if d.then != nil {
		d.then.EndpointChanged(application, endpoint)
	}
}

// EventTypeChanged implements Changes.
func (d *Directory) EventTypeChanged(name string) {
	d.mu.Lock()
	d.changes++
	d.types.Invalidate(name)
	d.mu.Unlock()
	if d.then != nil {
		d.then.EventTypeChanged(name)
	}
}

// Route returns the endpoint as it is now, ready for sending. A deleted endpoint or application is
// fault.NotFound.
func (d *Directory) Route(ctx context.Context, application, endpoint hook.Key) (*Snapshot, *Route, error) {
	s, err := d.Snapshot(ctx, application)
	if err != nil {
		return nil, nil, err
	}
	if r := s.Route(endpoint); r != nil {
		return s, r, nil
	}
	return s, nil, fault.Missing("endpoint")
}

// AnythingChanged forgets everything, because changes may have been missed.
func (d *Directory) AnythingChanged() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	clear(d.bases)
	for application := range d.loading {
		d.drop(application)
	}
	d.snapshots.InvalidateAll()
	d.names.InvalidateAll()
	d.types.InvalidateAll()
}
