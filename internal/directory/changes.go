package directory

import "github.com/posthorn/posthorn/internal/hook"

// Changes is told of every committed write, so that routing kept in memory follows. Calls come from
// the goroutine of the write, after it, and must not wait for anything.
type Changes interface {
	// ApplicationChanged says that the application was created, changed or deleted.
	ApplicationChanged(application hook.Key)
	// EndpointChanged says that an endpoint of the application was created, changed or deleted.
	EndpointChanged(application, endpoint hook.Key)
	// EventTypeChanged says that the event type was created, changed, archived or expunged.
	EventTypeChanged(name string)
}
