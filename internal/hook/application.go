package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Application is a tenant: one customer of the product that sends through Posthorn. Everything below
// it belongs to it alone, which is why every lookup carries its key.
type Application struct {
	Key       Key
	ID        id.ID
	UID       string // the caller's own name for it, unique; empty if none
	Name      string
	RateLimit int // most requests a second to all its endpoints together; zero is no limit
	Metadata  map[string]string
	CreatedAt time.Time
	UpdatedAt time.Time
}
