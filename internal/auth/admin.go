package auth

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/posthorn/posthorn/internal/hook"
)

// EnsureAdmin makes sure that somebody can administer the server. configured is the admin token of the
// configuration; empty is none. Without one, and if no stored server token is valid, it generates the
// admin token and returns its text, to be shown this once.
//
// A configured token is not stored: the configuration alone says what it is, so that changing it there
// ends the former one, going back to the former one works, and nodes that are restarted one after the
// other do not revoke each other's. An admin token generated earlier ends with it.
func (s *Service) EnsureAdmin(ctx context.Context, configured string) (shown string, err error) {
	if configured == "" {
		s.admin.Store(nil)
		return s.generateAdmin(ctx)
	}
	if err := CheckAdminToken(configured); err != nil {
		return "", err
	}
	if err := s.revokeGenerated(ctx); err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(configured))
	s.admin.Store(&hash)
	return "", nil
}

func (s *Service) generateAdmin(ctx context.Context) (string, error) {
	tokens, err := s.tokens.ServerTokens(ctx)
	if err != nil {
		return "", fmt.Errorf("list server tokens: %w", err)
	}
	now := s.clock.Now()
	for _, token := range tokens {
		if token.Valid(now) {
			return "", nil
		}
	}
	text, _, err := s.issue(ctx, Order{Name: AdminName, Scope: hook.ScopeServer})
	return text, err
}

func (s *Service) revokeGenerated(ctx context.Context) error {
	tokens, err := s.tokens.ServerTokens(ctx)
	if err != nil {
		return fmt.Errorf("list server tokens: %w", err)
	}
	for _, token := range tokens {
		if token.Name != AdminName {
			continue
		}
		if err := s.Revoke(ctx, token.ID); err != nil {
			return err
		}
	}
	return nil
}
