package app

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// TokenDesk hands out tokens for the command line. It works on the database itself, also beside a
// running server, which notices within seconds.
type TokenDesk struct {
	store store.Store
	auth  *auth.Service
	clock clock.Clock
}

// TokenOrder describes a token as a person does.
type TokenOrder struct {
	Name        string
	Scope       string
	Application string // id or uid
	TTL         time.Duration
}

// TokenRow is a token as a person sees it.
type TokenRow struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Scope       string     `json:"scope"`
	Application string     `json:"application,omitempty"`
	Hint        string     `json:"hint"`
	State       string     `json:"state"`
	CreatedAt   time.Time  `json:"createdAt"`
	ExpiresAt   *time.Time `json:"expiresAt,omitempty"`
}

// OpenTokenDesk opens the database that the settings name. Close the desk when done.
func OpenTokenDesk(ctx context.Context, c config.Config, now clock.Clock) (*TokenDesk, error) {
	d, err := existing(c, now)
	if err != nil {
		return nil, err
	}
	s, err := d.beside(ctx)
	if err != nil {
		return nil, err
	}
	service, err := auth.New(auth.Config{
		Tokens: s, Applications: s, IDs: id.NewSource(rand.Reader), Random: rand.Reader, Clock: now,
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &TokenDesk{store: s, auth: service, clock: now}, nil
}

// Close closes the database.
func (d *TokenDesk) Close() error { return d.store.Close() }

// Create makes a token and returns its text.
func (d *TokenDesk) Create(ctx context.Context, o TokenOrder) (text string, row TokenRow, err error) {
	order := auth.Order{Name: o.Name, Scope: hook.Scope(o.Scope), TTL: o.TTL}
	if o.Application != "" {
		application, err := d.store.Application(ctx, store.RefOf(id.Application, o.Application))
		if err != nil {
			return "", TokenRow{}, err
		}
		order.Application = application.Key
	}
	text, token, err := d.auth.Create(ctx, order)
	if err != nil {
		return "", TokenRow{}, err
	}
	row, err = d.row(ctx, token)
	return text, row, err
}

// List returns all stored tokens, newest first.
func (d *TokenDesk) List(ctx context.Context) ([]TokenRow, error) {
	tokens, err := d.auth.List(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]TokenRow, 0, len(tokens))
	for _, token := range tokens {
		row, err := d.row(ctx, token)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Revoke ends the token with this id.
func (d *TokenDesk) Revoke(ctx context.Context, text string) error {
	token, err := id.Token.Parse(text)
	if err != nil {
		return fault.In("id", "bad_id", "%q is not the id of a token; `posthorn token list` shows them.", text)
	}
	return d.auth.Revoke(ctx, token)
}

func (d *TokenDesk) row(ctx context.Context, token hook.Token) (TokenRow, error) {
	row := TokenRow{
		ID: id.Token.Text(token.ID), Name: token.Name, Scope: string(token.Scope), Hint: token.Hint + "...",
		State: stateOf(token, d.clock.Now()), CreatedAt: token.CreatedAt,
	}
	if !token.ExpiresAt.IsZero() {
		row.ExpiresAt = &token.ExpiresAt
	}
	if token.ApplicationKey == 0 {
		return row, nil
	}
	application, err := d.store.ApplicationByKey(ctx, token.ApplicationKey)
	if fault.KindOf(err) == fault.NotFound {
		return row, nil // deleted a moment ago; its tokens follow
	}
	row.Application = id.Application.Text(application.ID)
	return row, err
}

func stateOf(token hook.Token, now time.Time) string {
	switch {
	case !token.RevokedAt.IsZero():
		return "revoked"
	case !token.Valid(now):
		return "expired"
	}
	return "valid"
}
