package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Limits of payload retention (public interface of the client libraries).
const (
	MinPayloadLife = time.Hour
	MaxPayloadLife = 90 * 24 * time.Hour
)

// Limits of a message (public interface).
const (
	MaxMessageChannels = 10
	MaxMessageTags     = 5
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
	Tags           []string // free-form labels by which lists are filtered
	Payload        []byte   // exactly the bytes that were published; nil once expunged or expired
	Carried        Carried  // kept and dropped with the payload
	CreatedAt      time.Time
	PayloadUntil   time.Time // when the payload is dropped
	Targets        []Key     // endpoints, rising, without doubles
}
