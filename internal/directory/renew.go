package directory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// base is a snapshot that was right but for a few endpoints. The next one is made from it: a change of one
// endpoint must not cost a reading of the ten thousand beside it.
type base struct {
	routes  []*Route
	changed map[hook.Key]bool
}

// Bounds of what is kept in the hope that it will be asked for.
const (
	maxBases   = 64 // applications
	maxChanged = 64 // endpoints of one, after which it is read anew
)

// forgetOne drops what is known of one endpoint.
func (d *Directory) forgetOne(application, endpoint hook.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.snapshots.GetIfPresent(application); ok && len(d.bases) < maxBases {
		d.bases[application] = &base{routes: s.Routes, changed: map[hook.Key]bool{}}
	}
	d.drop(application)
	b := d.bases[application]
	if b == nil {
		return
	}
	if b.changed[endpoint] = true; len(b.changed) > maxChanged {
		delete(d.bases, application)
	}
}

// baseOf returns what the next snapshot can be made from, nil if there is nothing.
func (d *Directory) baseOf(application hook.Key) (routes []*Route, changed []hook.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.bases[application]
	if b == nil {
		return nil, nil
	}
	return b.routes, slices.Collect(maps.Keys(b.changed))
}

// renew returns the routes with the changed ones read anew.
func (d *Directory) renew(ctx context.Context, application hook.Key, routes []*Route, changed []hook.Key) ([]*Route, error) {
	routes = slices.Clone(routes)
	for _, key := range changed {
		e, err := d.store.EndpointByKey(ctx, application, key)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		at, known := slices.BinarySearchFunc(routes, key, func(r *Route, key hook.Key) int {
			return cmp.Compare(r.Endpoint.Key, key)
		})
		switch {
		case err == nil && known:
			routes[at] = d.vault.route(e)
		case err == nil:
			routes = slices.Insert(routes, at, d.vault.route(e))
		case known:
			routes = slices.Delete(routes, at, at+1)
		}
	}
	return routes, nil
}
