package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Source is where somebody else's webhooks come in: an address of its own, and how what arrives there is
// verified, told apart and handed on.
type Source struct {
	Key            Key
	ApplicationKey Key // whose webhooks they are; messages made of them go to its endpoints
	ID             id.ID
	UID            string // the caller's own name for it, unique; empty if none
	Name           string
	Provider       string // name of a declaration in package provider
	Options        map[string]string
	Secrets        []SourceSecret // several while one is being replaced
	URLHash        [32]byte       // of the unguessable part of its address
	URLSealed      []byte         // that part itself, sealed, to be shown to its owner
	Metadata       map[string]string
	Disabled       bool
	Rules          SourceRules
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// SourceSecret is one secret that requests may be verified with, sealed.
type SourceSecret struct {
	Sealed    []byte    `json:"sealed"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"` // zero never
	LearnedAt time.Time `json:"learnedAt,omitzero"` // when the provider told it; zero if it was pasted
}

// SourceRules are what its owner may choose. Zero values stand for what the provider's declaration says.
type SourceRules struct {
	Methods      []string `json:"methods,omitempty"`
	ContentTypes []string `json:"contentTypes,omitempty"`
	MaxBody      int64    `json:"maxBody,omitempty"`   // bytes
	RateLimit    int      `json:"rateLimit,omitempty"` // requests a second; zero is no limit
	Answer       Answer   `json:"answer,omitzero"`
	Dedupe       Dedupe   `json:"dedupe,omitzero"`
	Forward      Forward  `json:"forward,omitzero"`
	Keep         Keep     `json:"keep,omitzero"`
	// Called is what the caller's client library calls the provider, where that is not the provider's name.
	Called string `json:"called,omitempty"`
	// Former are the addresses that a rotation replaced, newest first. They stand here and not in a column of
	// their own because nobody looks a source up by them in the database: who receives has them in memory.
	Former []FormerURL `json:"former,omitempty"`
}

// FormerURL is an address that a source still listens to after it got another.
type FormerURL struct {
	Hash      []byte    `json:"hash"` // as Source.URLHash
	ExpiresAt time.Time `json:"expiresAt"`
}

// Answer is what the sender of an accepted webhook is told.
type Answer struct {
	Status      int    `json:"status,omitempty"`      // of 2xx
	ContentType string `json:"contentType,omitempty"` // one of AnswerTypes
	Body        string `json:"body,omitempty"`
}

// Dedupe says which webhooks are the same one sent again.
type Dedupe struct {
	By     string        `json:"by,omitempty"`     // "id", "body", "none", or "json:PATH", "header:NAME"
	Window time.Duration `json:"window,omitempty"` // how long one is remembered; raised to the age at which the provider's requests are still taken
}

// Forward says which webhooks become messages, and what goes with them.
type Forward struct {
	Off        bool     `json:"off,omitempty"`        // nothing is forwarded
	EventTypes []string `json:"eventTypes,omitempty"` // only these, and batches with one of them; all if empty
	Prefix     string   `json:"prefix,omitempty"`     // put in front of the event type, such as "github."
	Headers    []string `json:"headers,omitempty"`    // original headers that go with it; "*" is all that may
	Channels   []string `json:"channels,omitempty"`
}

// Keep says how long received webhooks are kept, by status. Zero is the server's setting.
type Keep struct {
	New    time.Duration `json:"new,omitempty"`
	Done   time.Duration `json:"done,omitempty"`
	Failed time.Duration `json:"failed,omitempty"`
}

// LiveSecrets returns the secrets that count at now, newest first.
func (s Source) LiveSecrets(now time.Time) [][]byte {
	var live [][]byte
	for _, secret := range s.Secrets {
		if secret.ExpiresAt.IsZero() || secret.ExpiresAt.After(now) {
			live = append(live, secret.Sealed)
		}
	}
	return live
}
