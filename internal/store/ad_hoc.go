package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// AdHocEventType is an event type that an application publishes and that the catalogue does not define.
type AdHocEventType struct {
	ApplicationKey hook.Key
	Name           string
	CreatedAt      time.Time
}

// AdHocEventTypes keeps the event types that were made by publishing. Each belongs to its application, and is hidden
// by the catalogue's event type of the same name.
type AdHocEventTypes interface {
	// NoteEventType stores t unless it is stored already. It reports false, and stores nothing, if the application
	// has most of them or is gone. The bound is not exact when several are stored at once.
	NoteEventType(ctx context.Context, t AdHocEventType, most int) (bool, error)
	// VisibleEventType returns the event type of this name out of the catalogue or of those that the application
	// made; with the application zero, that any made.
	VisibleEventType(ctx context.Context, application hook.Key, name string) (hook.EventType, error)
	// ListVisibleEventTypes returns a page of what VisibleEventType returns, by name. One that several applications
	// made is listed once.
	ListVisibleEventTypes(ctx context.Context, application hook.Key, archived bool, page Page[string]) (List[hook.EventType, string], error)
}
