package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// maxBearer is the longest credential that is looked at; a JWT with many claims fits.
const maxBearer = 4 << 10

// Authenticate returns who the bearer of this credential is. Anyone unknown, expired or revoked gets
// the same fault.Unauthenticated error, so that an answer tells nothing about which of them it was.
// Revoking a token takes effect at once in this process and within maxAge in others.
func (s *Service) Authenticate(ctx context.Context, bearer string) (Identity, error) {
	if bearer == "" || len(bearer) > maxBearer {
		return Identity{}, unauthenticated()
	}
	hash := sha256.Sum256([]byte(bearer))
	if admin := s.admin.Load(); admin != nil && equal(*admin, hash) {
		return Identity{Scope: hook.ScopeServer, Name: AdminName}, nil
	}
	v, err := s.recent.get(ctx, hash, func(ctx context.Context) (verdict, error) {
		return s.judge(ctx, bearer, hash)
	})
	if err != nil {
		return Identity{}, err
	}
	if !v.known {
		return Identity{}, unauthenticated()
	}
	return v.identity, nil
}

// judge finds out about a credential that was not seen in the last moments. A credential that opens
// nothing is a verdict; an error means that nothing could be found out.
func (s *Service) judge(ctx context.Context, bearer string, hash [sha256.Size]byte) (verdict, error) {
	if strings.Count(bearer, ".") == 2 {
		return s.judgeJWT(ctx, bearer)
	}
	token, err := s.tokens.TokenByHash(ctx, hash)
	if fault.KindOf(err) == fault.NotFound {
		return verdict{}, nil
	}
	if err != nil {
		return verdict{}, fmt.Errorf("look up a token: %w", err)
	}
	if !equal(token.Hash, hash) || !token.Valid(s.clock.Now()) {
		return verdict{}, nil
	}
	return verdict{known: true, until: token.ExpiresAt, identity: Identity{
		Scope: token.Scope, ApplicationKey: token.ApplicationKey, Name: token.Name, TokenID: token.ID,
	}}, nil
}

func (s *Service) judgeJWT(ctx context.Context, bearer string) (verdict, error) {
	if s.jwt == nil {
		return verdict{}, nil
	}
	claim, ok := s.jwt.verify(bearer)
	if !ok {
		return verdict{}, nil
	}
	v := verdict{known: true, until: claim.expires, identity: Identity{Scope: claim.scope, Name: claim.name}}
	if claim.scope == hook.ScopeServer {
		return v, nil
	}
	application, err := s.applications.Application(ctx, store.Ref{ID: claim.application})
	if fault.KindOf(err) == fault.NotFound {
		return verdict{}, nil
	}
	if err != nil {
		return verdict{}, fmt.Errorf("look up the application of a JWT: %w", err)
	}
	v.identity.ApplicationKey = application.Key
	return v, nil
}

// Logout revokes the token that the caller came with. Server tokens are revoked by their owner on
// the command line, and a JWT cannot be revoked.
func (s *Service) Logout(ctx context.Context, who Identity) error {
	if who.Scope == hook.ScopeServer || who.TokenID.IsZero() {
		return fault.New(fault.Forbidden, "not_an_app_token", "Only a token of one application can be logged out.")
	}
	return s.Revoke(ctx, who.TokenID)
}

func unauthenticated() error {
	return fault.New(fault.Unauthenticated, "authentication_failed",
		"The token is missing, unknown, expired or revoked; send a valid one as `Authorization: Bearer <token>`.")
}

// equal compares hashes without an early exit, so that its time says nothing about either.
func equal(a, b [sha256.Size]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }
