package catalog

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// MaxAdHoc is how many event types an application may make by publishing. What it publishes beyond that is accepted
// as well, and is not listed.
const MaxAdHoc = 1000

const (
	recentNotes = 100_000     // names that are remembered as noted, of all applications
	fullFor     = time.Minute // how long an application without room is remembered
)

// notes remembers which event types of which applications need no writing, so that a publish costs a write only
// the first time.
type notes struct {
	mu    sync.Mutex
	known map[noted]struct{}
	full  map[hook.Key]time.Time // until when
}

type noted struct {
	application hook.Key
	name        string
}

func newNotes() notes { return notes{known: map[noted]struct{}{}, full: map[hook.Key]time.Time{}} }

// needed reports whether the event type has to be written.
func (n *notes) needed(one noted, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.known[one]; ok {
		return false
	}
	return !now.Before(n.full[one.application])
}

// keep remembers what writing it gave. Both maps begin anew when they are full, which costs some writes.
func (n *notes) keep(one noted, room bool, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known)+len(n.full) >= recentNotes {
		clear(n.known)
		clear(n.full)
	}
	if room {
		n.known[one] = struct{}{}
	} else {
		n.full[one.application] = now.Add(fullFor)
	}
}

// forget drops what is remembered of the name, or everything without one.
func (n *notes) forget(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.known, func(one noted, _ struct{}) bool { return name == "" || one.name == name })
	clear(n.full)
}

// Forget makes the next publish of the event type note it again, because another node changed or removed it. Without
// a name that is so for all.
func (s *EventTypes) Forget(name string) { s.notes.forget(name) }

// Use returns the event type of this name, which the catalogue does not define, and notes that the application
// publishes it. It never fails: a message does not depend on whether its type can be listed.
func (s *EventTypes) Use(ctx context.Context, application hook.Key, name string) hook.EventType {
	now, one := moment(s.clock), noted{application, name}
	if s.notes.needed(one, now) {
		room, err := s.store.NoteEventType(ctx, store.AdHocEventType{ApplicationKey: application, Name: name, CreatedAt: now}, MaxAdHoc)
		if err == nil {
			s.notes.keep(one, room, now)
		}
	}
	return hook.EventType{Name: name, CreatedAt: now, UpdatedAt: now}
}
