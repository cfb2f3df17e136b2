package catalog

import (
	"context"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// NewApplication is what a caller says about an application.
type NewApplication struct {
	UID       string
	Name      string
	RateLimit int // zero is no limit
	Metadata  map[string]string
}

// ApplicationPatch changes those fields that are not nil.
type ApplicationPatch struct {
	UID       *string // empty takes the uid away
	Name      *string
	RateLimit *int
	Metadata  *map[string]string
}

// Applications sets up applications.
type Applications struct {
	store   store.Applications
	ids     *id.Source
	clock   clock.Clock
	changes directory.Changes
}

// NewApplications returns the use cases over s.
func NewApplications(s store.Applications, ids *id.Source, c clock.Clock, changes directory.Changes) *Applications {
	return &Applications{store: s, ids: ids, clock: c, changes: changes}
}

// Get returns the application with this id or uid.
func (s *Applications) Get(ctx context.Context, ref string) (hook.Application, error) {
	return s.store.Application(ctx, store.RefOf(id.Application, ref))
}

// ByKey returns the application with the key.
func (s *Applications) ByKey(ctx context.Context, key hook.Key) (hook.Application, error) {
	return s.store.ApplicationByKey(ctx, key)
}

// List returns a page of applications.
func (s *Applications) List(ctx context.Context, f store.ApplicationFilter, page store.Page[id.ID]) (store.List[hook.Application, id.ID], error) {
	return s.store.ListApplications(ctx, f, page)
}

// Create stores a new application.
func (s *Applications) Create(ctx context.Context, n NewApplication) (hook.Application, error) {
	now := moment(s.clock)
	a := hook.Application{ID: s.ids.New(now), CreatedAt: now, UpdatedAt: now}
	n.apply(&a)
	if err := checkApplication(a); err != nil {
		return hook.Application{}, err
	}
	created, err := s.store.CreateApplication(ctx, a)
	if err != nil {
		return hook.Application{}, uidTaken("application", a.UID, err)
	}
	s.changes.ApplicationChanged(created.Key)
	return created, nil
}

// GetOrCreate returns the application that has the uid of n, and creates it if there is none.
func (s *Applications) GetOrCreate(ctx context.Context, n NewApplication) (a hook.Application, created bool, err error) {
	if n.UID != "" {
		a, err = s.Get(ctx, n.UID)
		if fault.KindOf(err) != fault.NotFound {
			return a, false, err
		}
	}
	a, err = s.Create(ctx, n)
	if n.UID != "" && fault.KindOf(err) == fault.Conflict { // somebody was faster
		a, err = s.Get(ctx, n.UID)
		return a, false, err
	}
	return a, err == nil, err
}

// Put replaces the application, or creates it if there is none with this uid. A new one takes the uid
// from ref if n has none, so that putting twice makes one application. An id of nothing is an error: ids are ours to give.
func (s *Applications) Put(ctx context.Context, ref string, n NewApplication) (a hook.Application, created bool, err error) {
	at := store.RefOf(id.Application, ref)
	a, err = s.update(ctx, at, n.apply)
	if fault.KindOf(err) != fault.NotFound || !at.ID.IsZero() {
		return a, false, err
	}
	if n.UID == "" {
		n.UID = ref
	}
	a, err = s.Create(ctx, n)
	return a, err == nil, err
}

// Patch changes some fields of the application.
func (s *Applications) Patch(ctx context.Context, ref string, p ApplicationPatch) (hook.Application, error) {
	return s.update(ctx, store.RefOf(id.Application, ref), p.apply)
}

// Delete removes the application with everything below it.
func (s *Applications) Delete(ctx context.Context, ref string) error {
	gone, err := s.store.DeleteApplication(ctx, store.RefOf(id.Application, ref))
	if err == nil {
		s.changes.ApplicationChanged(gone.Key)
	}
	return err
}

func (s *Applications) update(
	ctx context.Context, ref store.Ref, apply func(*hook.Application),
) (hook.Application, error) {
	now, uid := moment(s.clock), ""
	a, err := s.store.UpdateApplication(ctx, ref, func(a *hook.Application) error {
		apply(a)
		a.UpdatedAt, uid = now, a.UID
		return checkApplication(*a)
	})
	if err != nil {
		return a, uidTaken("application", uid, err)
	}
	s.changes.ApplicationChanged(a.Key)
	return a, nil
}

func (n NewApplication) apply(a *hook.Application) {
	a.UID, a.Name, a.RateLimit, a.Metadata = n.UID, n.Name, n.RateLimit, n.Metadata
}

func (p ApplicationPatch) apply(a *hook.Application) {
	set(&a.UID, p.UID)
	set(&a.Name, p.Name)
	set(&a.RateLimit, p.RateLimit)
	set(&a.Metadata, p.Metadata)
}

// set replaces a field that a patch mentions.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

func checkApplication(a hook.Application) error {
	if a.Name == "" {
		return fault.In("name", "value_error", "Give the application a name.")
	}
	return first(
		checkText("name", a.Name, false),
		checkUID(id.Application, a.UID),
		checkRate(a.RateLimit),
		checkMetadata(a.Metadata),
	)
}
