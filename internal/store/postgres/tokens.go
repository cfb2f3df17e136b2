package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	selectToken = `SELECT id, name, hash, hint, scope, application, expires_at, revoked_at, created_at FROM token `
	insertToken = `INSERT INTO token (id, name, hash, hint, scope, application, expires_at, revoked_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	newestTokens = selectToken + "ORDER BY id DESC LIMIT 10000"
	serverTokens = selectToken + "WHERE scope = 'server' AND revoked_at IS NULL ORDER BY id DESC"
)

func scanToken(row scanner) (hook.Token, error) {
	var k hook.Token
	err := row.Scan(pack.IntoID(&k.ID), &k.Name, pack.IntoHash(&k.Hash), &k.Hint, &k.Scope, &k.ApplicationKey,
		pack.IntoTime(&k.ExpiresAt), pack.IntoTime(&k.RevokedAt), pack.IntoTime(&k.CreatedAt))
	return k, err
}

// CreateToken implements store.Tokens.
func (s *Store) CreateToken(ctx context.Context, k hook.Token) error {
	return s.write(ctx, "store the token", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, insertToken, k.ID[:], k.Name, k.Hash[:], k.Hint, string(k.Scope), k.ApplicationKey,
			micros(k.ExpiresAt), micros(k.RevokedAt), micros(k.CreatedAt))
		if err != nil {
			return taken("token", err)
		}
		return s.changed(ctx, tx, store.Change{Kind: store.TokensChanged})
	})
}

// TokenByHash implements store.Tokens.
func (s *Store) TokenByHash(ctx context.Context, hash [32]byte) (hook.Token, error) {
	k, err := scanToken(s.prompt.QueryRow(ctx, selectToken+"WHERE hash = $1", hash[:]))
	return k, found("token", err)
}

// RevokeToken implements store.Tokens.
func (s *Store) RevokeToken(ctx context.Context, token id.ID, now time.Time) error {
	return s.write(ctx, "revoke the token", func(tx pgx.Tx) error {
		revoked, err := tx.Exec(ctx, "UPDATE token SET revoked_at = coalesce(revoked_at, $1) WHERE id = $2", micros(now), token[:])
		switch {
		case err != nil:
			return err
		case revoked.RowsAffected() == 0:
			return fault.Missing("token")
		}
		return s.changed(ctx, tx, store.Change{Kind: store.TokensChanged})
	})
}

// Tokens implements store.Tokens.
func (s *Store) Tokens(ctx context.Context) ([]hook.Token, error) { return s.tokens(ctx, newestTokens) }

// ServerTokens implements store.Tokens.
func (s *Store) ServerTokens(ctx context.Context) ([]hook.Token, error) {
	return s.tokens(ctx, serverTokens)
}

// tokens asks the primary: whether there is a token decides whether one is made, and a replica may be behind.
func (s *Store) tokens(ctx context.Context, query string) (all []hook.Token, err error) {
	err = each(ctx, s.prompt, func(row scanner) error {
		k, err := scanToken(row)
		all = append(all, k)
		return err
	}, query)
	return all, translate("list the tokens", err)
}
