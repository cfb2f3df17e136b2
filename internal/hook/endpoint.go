package hook

import (
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// GiveUpAfter is how long an endpoint may do nothing but fail before it is disabled.
const GiveUpAfter = 5 * 24 * time.Hour

// Endpoint is an application's subscription: where messages go, and which.
type Endpoint struct {
	Key            Key
	ApplicationKey Key
	ID             id.ID
	UID            string // unique within the application; empty if none
	URL            string // without user information, which is kept sealed in Credentials
	Description    string
	EventTypes     []string // nil is all
	Channels       []string // nil is all
	RateLimit      int      // most requests a second; zero is no limit
	Metadata       map[string]string
	Disabled       bool
	DisabledReason string    // why, when Posthorn did it: see the constants below
	FailingSince   time.Time // first failure since the last success; zero while healthy
	Secrets        []EndpointSecret
	Headers        []byte // sealed JSON object of the caller's own headers; nil if none
	Credentials    []byte // sealed "user:password" of the URL; nil if none
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Why Posthorn disabled an endpoint by itself.
const (
	DisabledGone    = "gone"    // it answered 410
	DisabledFailing = "failing" // it failed for GiveUpAfter without a single success
)

// EndpointSecret is one signing key of an endpoint, sealed. The newest has no end; the others are
// those of a rotation's grace period.
type EndpointSecret struct {
	Sealed    []byte    `json:"sealed"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// Wants reports whether a message of this event type and these channels goes to the endpoint. An
// endpoint without channels takes every message; one with channels takes those that share one.
func (e Endpoint) Wants(eventType string, channels []string) bool {
	if e.Disabled || len(e.EventTypes) > 0 && !slices.Contains(e.EventTypes, eventType) {
		return false
	}
	return len(e.Channels) == 0 || slices.ContainsFunc(channels, func(channel string) bool {
		return slices.Contains(e.Channels, channel)
	})
}

// LiveSecrets returns the secrets that sign at now: the newest first.
func (e Endpoint) LiveSecrets(now time.Time) []EndpointSecret {
	live := make([]EndpointSecret, 0, len(e.Secrets))
	for _, secret := range e.Secrets {
		if secret.ExpiresAt.IsZero() || secret.ExpiresAt.After(now) {
			live = append(live, secret)
		}
	}
	return live
}

// maxSecrets bounds the signatures of one request: the newest secret and those in their grace period.
const maxSecrets = 10

// Rotate returns e with next as its signing key. The keys so far keep signing beside it until now+grace.
func (e Endpoint) Rotate(next []byte, grace time.Duration, now time.Time) Endpoint {
	secrets := []EndpointSecret{{Sealed: next}}
	for _, old := range e.LiveSecrets(now) {
		end := now.Add(grace)
		if old.ExpiresAt.IsZero() || old.ExpiresAt.After(end) {
			old.ExpiresAt = end
		}
		if grace > 0 && len(secrets) < maxSecrets {
			secrets = append(secrets, old)
		}
	}
	e.Secrets, e.UpdatedAt = secrets, now
	return e
}
