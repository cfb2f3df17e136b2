package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Types of the platform's own events (the names are those of the public interface).
const (
	EventEndpointDisabled = "endpoint.disabled"
	EventAttemptExhausted = "message.attempt.exhausted"
)

// Event is something that happened to an application's endpoints or messages, recorded so that it
// can be sent on as an operational webhook.
type Event struct {
	ID             id.ID
	ApplicationKey Key
	Type           string
	Data           []byte // JSON object as the public interface defines it for the type
	CreatedAt      time.Time
}
