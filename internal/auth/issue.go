package auth

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Limits of tokens.
const (
	MaxName      = 100                 // characters of a token's name
	MaxPortalTTL = 30 * 24 * time.Hour // longest life of a portal token
)

// Order describes a token to make.
type Order struct {
	Name        string
	Scope       hook.Scope    // server or application; portal tokens come from IssuePortal
	Application hook.Key      // for the scope application
	TTL         time.Duration // zero never expires
}

// Create makes a token. Its text is returned this once and cannot be had again.
func (s *Service) Create(ctx context.Context, o Order) (text string, token hook.Token, err error) {
	if err := o.check(); err != nil {
		return "", hook.Token{}, err
	}
	if o.Scope == hook.ScopeApplication {
		if _, err := s.applications.ApplicationByKey(ctx, o.Application); err != nil {
			return "", hook.Token{}, err
		}
	}
	return s.issue(ctx, o)
}

func (o Order) check() error {
	switch {
	case strings.TrimSpace(o.Name) == "" || len(o.Name) > MaxName:
		return fault.In("name", "bad_name", "Give the token a name of 1 to %d characters, so that you recognise it later.", MaxName)
	case !utf8.ValidString(o.Name) || strings.ContainsFunc(o.Name, unicode.IsControl):
		return fault.In("name", "bad_name", "Give the token a name without control characters.")
	case strings.EqualFold(o.Name, AdminName):
		return fault.In("name", "reserved_name", "The name %q is kept for the admin token; choose another one.", AdminName)
	case o.Scope != hook.ScopeServer && o.Scope != hook.ScopeApplication:
		return fault.In("scope", "bad_scope", "The scope is %q or %q.", hook.ScopeServer, hook.ScopeApplication)
	case (o.Scope == hook.ScopeApplication) != (o.Application != 0):
		return fault.In("application", "bad_application", "Name an application with the scope %q, and only with it.", hook.ScopeApplication)
	case o.TTL < 0:
		return fault.In("ttl", "bad_ttl", "A token cannot expire in the past; give a positive duration, or none for a token that stays valid.")
	}
	return nil
}

// IssuePortal makes a portal token of an application and returns its text and when it ends.
func (s *Service) IssuePortal(ctx context.Context, application hook.Key, ttl time.Duration) (text string, expires time.Time, err error) {
	if ttl <= 0 || ttl > MaxPortalTTL {
		return "", time.Time{}, fault.In("expiry", "bad_expiry", "A portal token lives for more than 0 and at most %d seconds.", int(MaxPortalTTL.Seconds()))
	}
	text, token, err := s.issue(ctx, Order{Name: "portal", Scope: hook.ScopePortal, Application: application, TTL: ttl})
	return text, token.ExpiresAt, err
}

func (s *Service) issue(ctx context.Context, o Order) (string, hook.Token, error) {
	text, err := newText(s.random)
	if err != nil {
		return "", hook.Token{}, err
	}
	now := s.clock.Now()
	token := hashed(hook.Token{
		ID: s.ids.New(now), Name: o.Name, Scope: o.Scope, ApplicationKey: o.Application, CreatedAt: now,
	}, text)
	if o.TTL > 0 {
		token.ExpiresAt = now.Add(o.TTL)
	}
	if err := s.tokens.CreateToken(ctx, token); err != nil {
		return "", hook.Token{}, fmt.Errorf("store the token: %w", err)
	}
	return text, token, nil
}

// List returns the stored tokens, newest first.
func (s *Service) List(ctx context.Context) ([]hook.Token, error) { return s.tokens.Tokens(ctx) }

// Revoke ends a token for good. Revoking it twice is no error.
func (s *Service) Revoke(ctx context.Context, token id.ID) error {
	defer s.recent.forget() // also if the store is unsure whether it did it
	if err := s.tokens.RevokeToken(ctx, token, s.clock.Now()); err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	return nil
}
