package store

import (
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// DeletedEndpoint is what remains of a deleted endpoint, so that the history of its messages can name it. It is purged
// once every message that was published before the deletion is older than the retention.
type DeletedEndpoint struct {
	Key            hook.Key // that the endpoint had
	ApplicationKey hook.Key
	ID             id.ID
	UID            string // may be in use again
	URL            string // without credentials
	Description    string
	CreatedAt      time.Time
	DeletedAt      time.Time
}

// DeletedFrom returns what remains of e, which was deleted at now.
func DeletedFrom(e hook.Endpoint, now time.Time) DeletedEndpoint {
	return DeletedEndpoint{
		Key: e.Key, ApplicationKey: e.ApplicationKey, ID: e.ID, UID: e.UID, URL: e.URL, Description: e.Description,
		CreatedAt: e.CreatedAt, DeletedAt: now,
	}
}
