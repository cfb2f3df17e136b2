// Package auth says who is calling. It exists so that every edge asks one question, Authenticate, and
// gets one answer, an Identity; how tokens are made, hashed, remembered for a moment, revoked and
// signed stays in here.
//
// There are three sorts of credentials: the admin token of the configuration, whose hash lives in
// memory only; opaque tokens, whose hashes are stored; and JWTs signed with a configured secret, which
// are checked and never stored.
package auth

import (
	"crypto/sha256"
	"io"
	"sync/atomic"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// AdminName is the name of the token that the configuration gives or the first start generates. No
// other token may have it.
const AdminName = "admin"

// Identity is who is calling.
type Identity struct {
	Scope          hook.Scope
	ApplicationKey hook.Key // for the scopes application and portal
	Name           string   // of the token, for the log and the audit; never secret
	TokenID        id.ID    // zero for the configured admin token and for JWTs
}

// Config is what a Service is built from.
type Config struct {
	Tokens       store.Tokens
	Applications store.Applications
	IDs          *id.Source
	Random       io.Reader // crypto/rand.Reader outside of tests
	Clock        clock.Clock
	JWTSecret    secret.String // none: JWTs are refused
	// JWTOrganization is the organization whose JWTs are accepted; needed with a secret.
	JWTOrganization string
}

// Service authenticates callers and hands out tokens. It is safe for concurrent use.
type Service struct {
	tokens       store.Tokens
	applications store.Applications
	ids          *id.Source
	random       io.Reader
	clock        clock.Clock
	jwt          *jwtVerifier // nil without a secret
	admin        atomic.Pointer[[sha256.Size]byte]
	recent       *recent
}

// New returns a service. It refuses a JWT secret that is too short to be safe, or without an organization.
func New(c Config) (*Service, error) {
	verifier, err := newJWTVerifier(c.JWTSecret, c.JWTOrganization, c.Clock)
	if err != nil {
		return nil, err
	}
	return &Service{
		tokens:       c.Tokens,
		applications: c.Applications,
		ids:          c.IDs,
		random:       c.Random,
		clock:        c.Clock,
		jwt:          verifier,
		recent:       newRecent(c.Clock),
	}, nil
}
