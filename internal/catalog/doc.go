// Package catalog keeps what somebody has to set up before a webhook can flow: applications, event
// types and endpoints with their secrets. It holds the rules about them, so that the public interface,
// an import and a publish that brings its application along cannot disagree about what is allowed.
//
// Whatever a caller may write here and nobody may read in a copy of the database is sealed before it
// reaches the store: signing keys, header values and the credentials of URLs.
package catalog

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
