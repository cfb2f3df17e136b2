package directory

import (
	"context"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// load is a snapshot that is being read. Everybody who needs it meanwhile waits for the one reading: an
// application with thousands of endpoints is read once, not by every publisher at once.
type load struct {
	done     chan struct{}
	snapshot *Snapshot // read it, and err, after done
	err      error
	stale    bool                     // the application changed meanwhile; the directory's lock guards it
	health   map[hook.Key]hook.Health // what was learned meanwhile; likewise
}

// Snapshot returns the application with its endpoints as of the last committed change.
func (d *Directory) Snapshot(ctx context.Context, application hook.Key) (*Snapshot, error) {
	if s, ok := d.snapshots.GetIfPresent(application); ok {
		return s, nil
	}
	s, l, first := d.join(application)
	if s != nil {
		return s, nil
	}
	if first {
		d.run(context.WithoutCancel(ctx), application, l)
	}
	select {
	case <-l.done:
		return l.snapshot, l.err
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "canceled", "The request ended before it was answered.").Because(ctx.Err())
	}
}

// join returns the snapshot if it is there by now, or the reading of it, which is the caller's to do if
// it is the first.
func (d *Directory) join(application hook.Key) (s *Snapshot, l *load, first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.snapshots.GetIfPresent(application); ok {
		return s, nil, false
	}
	if l := d.loading[application]; l != nil {
		return nil, l, false
	}
	l = &load{done: make(chan struct{}), err: fault.New(fault.Internal, "load", "The application could not be read.")}
	d.loading[application] = l
	return nil, l, true
}

func (d *Directory) run(ctx context.Context, application hook.Key, l *load) {
	defer d.finish(application, l)
	l.snapshot, l.err = d.load(ctx, application)
}

// finish keeps what was read, unless the application changed meanwhile: it might be older than the change.
func (d *Directory) finish(application hook.Key, l *load) {
	defer close(l.done)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loading[application] == l {
		delete(d.loading, application)
	}
	if l.err != nil || l.stale {
		return
	}
	delete(d.bases, application)
	for endpoint, health := range l.health {
		setHealth(l.snapshot.Routes, endpoint, health)
	}
	d.snapshots.Set(application, l.snapshot)
}

func (d *Directory) load(ctx context.Context, application hook.Key) (*Snapshot, error) {
	a, err := d.store.ApplicationByKey(ctx, application)
	if err != nil {
		return nil, err
	}
	if routes, changed := d.baseOf(application); routes != nil {
		routes, err = d.renew(ctx, application, routes, changed)
		return &Snapshot{Application: a, Routes: routes}, err
	}
	endpoints, err := d.store.EndpointsOf(ctx, application)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Application: a, Routes: make([]*Route, len(endpoints))}
	for i, e := range endpoints {
		s.Routes[i] = d.vault.route(e)
	}
	return s, nil
}

// forget drops what is known of the application. Who asks from now on does not wait for a reading that
// began before the change.
func (d *Directory) forget(application hook.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.bases, application)
	d.drop(application)
}

// drop is forget for callers that hold mu.
func (d *Directory) drop(application hook.Key) {
	d.snapshots.Invalidate(application)
	if l := d.loading[application]; l != nil {
		l.stale = true
		delete(d.loading, application)
	}
}

// SetHealth remembers how an endpoint is doing, after that was committed. It costs no reading, however
// often an endpoint changes its mind.
func (d *Directory) SetHealth(application, endpoint hook.Key, h hook.Health) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.snapshots.GetIfPresent(application); ok {
		setHealth(s.Routes, endpoint, h)
	}
	if b := d.bases[application]; b != nil { // between a change and the next look there is no snapshot
		setHealth(b.routes, endpoint, h)
	}
	if l := d.loading[application]; l != nil {
		if l.health == nil {
			l.health = map[hook.Key]hook.Health{}
		}
		l.health[endpoint] = h
	}
}
