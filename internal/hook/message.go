package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Limits of payload retention, in days (public interface of the client libraries).
const (
	MinPayloadDays = 5
	MaxPayloadDays = 90
)

// Limits of a message (public interface).
const (
	MaxMessageChannels = 5
	KeepKeys           = 72 * time.Hour // how long an idempotency key stands for its first use
)

// Message is a published event with the frozen list of the endpoints it goes to. Endpoints that come
// later do not get it; endpoints that change get it as they are when it is sent.
type Message struct {
	Key            Key // rises with commit order
	ApplicationKey Key
	ID             id.ID
	EventType      string
	EventID        string // the caller's own name for it; empty if none
	Channels       []string
	Payload        []byte  // exactly the bytes that were published; nil once expunged or expired
	Carried        Carried // kept and dropped with the payload
	CreatedAt      time.Time
	PayloadUntil   time.Time // when the payload is dropped
	Targets        []Key     // endpoints, rising, without doubles
}
