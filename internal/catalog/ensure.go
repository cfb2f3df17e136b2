package catalog

import (
	"context"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Ensure returns the application with a's uid, made as a says if there is none: a publish may bring its
// application along.
func (s *Applications) Ensure(ctx context.Context, a hook.Application) (hook.Application, error) {
	found, _, err := s.GetOrCreate(ctx, NewApplication{UID: a.UID, Name: a.Name, RateLimit: a.RateLimit, Metadata: a.Metadata})
	return found, err
}

// Ensure returns the event type of this name, made if there is none and there are not too many. An archived one
// stays archived.
func (s *EventTypes) Ensure(ctx context.Context, name string) (hook.EventType, error) {
	if err := s.census.room(ctx, s.store, name); err != nil {
		return hook.EventType{}, err
	}
	t, err := s.insert(ctx, NewEventType{Name: name})
	if fault.KindOf(err) == fault.Conflict {
		return s.Get(ctx, name) // somebody else was faster
	}
	return t, err
}
