package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Scope is what a token reaches.
type Scope string

// The scopes, from all to least.
const (
	ScopeServer      Scope = "server"      // everything
	ScopeApplication Scope = "application" // everything of one application
	ScopePortal      Scope = "portal"      // what an application's own people may do in its portal
)

// Token is a bearer token. Only the hash of its text is kept.
type Token struct {
	ID             id.ID
	Name           string
	Hash           [32]byte // SHA-256 of the text
	Hint           string   // the first characters, to recognise it by
	Scope          Scope
	ApplicationKey Key       // for the scopes application and portal
	ExpiresAt      time.Time // zero never
	RevokedAt      time.Time // zero while valid
	CreatedAt      time.Time
}

// Valid reports whether the token opens anything at now.
func (t Token) Valid(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || t.ExpiresAt.After(now))
}
