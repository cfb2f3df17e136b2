package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	selectToken = `SELECT id, name, hash, hint, scope, application, expires_at, revoked_at, created_at FROM token `
	insertToken = `INSERT INTO token (id, name, hash, hint, scope, application, expires_at, revoked_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	newestTokens = selectToken + "ORDER BY id DESC LIMIT 10000"
	serverTokens = selectToken + "INDEXED BY token_of_server WHERE scope = 'server' AND revoked_at IS NULL ORDER BY id DESC"
)

func scanToken(row scanner) (hook.Token, error) {
	var k hook.Token
	err := row.Scan(pack.IntoID(&k.ID), &k.Name, pack.IntoHash(&k.Hash), &k.Hint, &k.Scope, &k.ApplicationKey,
		pack.IntoTime(&k.ExpiresAt), pack.IntoTime(&k.RevokedAt), pack.IntoTime(&k.CreatedAt))
	return k, err
}

// CreateToken implements store.Tokens.
func (s *Store) CreateToken(ctx context.Context, k hook.Token) error {
	return s.writer.write(ctx, "store the token", func(t *tx) error {
		return taken("token", t.exec(insertToken, k.ID[:], k.Name, k.Hash[:], k.Hint, string(k.Scope), k.ApplicationKey,
			micros(k.ExpiresAt), micros(k.RevokedAt), micros(k.CreatedAt)))
	})
}

// TokenByHash implements store.Tokens.
func (s *Store) TokenByHash(ctx context.Context, hash [32]byte) (hook.Token, error) {
	k, err := scanToken(s.prompt.QueryRowContext(ctx, selectToken+"WHERE hash = ?", hash[:]))
	return k, found("token", err)
}

// RevokeToken implements store.Tokens.
func (s *Store) RevokeToken(ctx context.Context, token id.ID, now time.Time) error {
	return s.writer.write(ctx, "revoke the token", func(t *tx) error {
		revoked, err := t.change("UPDATE token SET revoked_at = ifnull(revoked_at, ?) WHERE id = ?", micros(now), token[:])
		if err == nil && revoked == 0 {
			return fault.Missing("token")
		}
		return err
	})
}

// Tokens implements store.Tokens.
func (s *Store) Tokens(ctx context.Context) ([]hook.Token, error) { return s.tokens(ctx, newestTokens) }

// ServerTokens implements store.Tokens.
func (s *Store) ServerTokens(ctx context.Context) ([]hook.Token, error) {
	return s.tokens(ctx, serverTokens)
}

func (s *Store) tokens(ctx context.Context, query string) (all []hook.Token, err error) {
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		return nil, translate("list the tokens", err)
	}
	defer func() { err = translate("list the tokens", closeRows(rows, err)) }()
	for rows.Next() {
		k, err := scanToken(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}
