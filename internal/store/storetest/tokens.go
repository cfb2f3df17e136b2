package storetest

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func tokens() []test {
	return []test{
		{"a token is found by its hash", tokenIsFound},
		{"an unknown hash is not found", tokenIsMissing},
		{"a hash exists once", tokenHashIsTaken},
		{"a revoked token stays and says when", tokenIsRevoked},
		{"revoking twice keeps the first time", tokenIsRevokedTwice},
		{"all tokens come newest first", tokensInOrder},
		{"the server's tokens come newest first, without revoked ones", serverTokens},
	}
}

// token stores a token for an application, or for the whole server.
func (f *fixture) token(application hook.Key, with ...func(*hook.Token)) hook.Token {
	f.t.Helper()
	now, made := f.tick()
	k := hook.Token{ID: made, Name: "ci", Hash: sha256.Sum256(made[:]), Hint: "ph_abc", Scope: hook.ScopeServer,
		ApplicationKey: application, CreatedAt: now}
	if application != 0 {
		k.Scope = hook.ScopeApplication
	}
	for _, change := range with {
		change(&k)
	}
	check(f.t, f.CreateToken(f.t.Context(), k))
	return k
}

func tokenIsFound(t *testing.T, f *fixture) {
	f.token(0)
	want := f.token(f.application().Key, func(k *hook.Token) {
		k.Scope, k.ExpiresAt = hook.ScopePortal, f.now.Add(time.Hour)
	})

	got, err := f.TokenByHash(t.Context(), want.Hash)

	check(t, err)
	equal(t, got, want)
}

func tokenIsMissing(t *testing.T, f *fixture) {
	f.token(0)
	_, unknown := f.tick()

	_, err := f.TokenByHash(t.Context(), sha256.Sum256([]byte("?")))
	missing(t, err)
	missing(t, f.RevokeToken(t.Context(), unknown, f.now))
}

func tokenHashIsTaken(t *testing.T, f *fixture) {
	first := f.token(0)
	_, made := f.tick()
	second := first
	second.ID, second.Name = made, "other"

	refused(t, f.CreateToken(t.Context(), second), fault.Conflict, "taken")

	got, err := f.TokenByHash(t.Context(), first.Hash)
	check(t, err)
	equal(t, got, first)
}

func tokenIsRevoked(t *testing.T, f *fixture) {
	want, other := f.token(0), f.token(0)
	want.RevokedAt = f.now.Add(time.Minute)

	check(t, f.RevokeToken(t.Context(), want.ID, want.RevokedAt))

	got, err := f.TokenByHash(t.Context(), want.Hash)
	check(t, err)
	equal(t, got, want)
	got, err = f.TokenByHash(t.Context(), other.Hash)
	check(t, err)
	equal(t, got, other)
}

func tokenIsRevokedTwice(t *testing.T, f *fixture) {
	k := f.token(0)
	first := f.now.Add(time.Minute)

	check(t, f.RevokeToken(t.Context(), k.ID, first))
	check(t, f.RevokeToken(t.Context(), k.ID, first.Add(time.Hour)))

	got, err := f.TokenByHash(t.Context(), k.Hash)
	check(t, err)
	equal(t, got.RevokedAt, first)
}

func tokensInOrder(t *testing.T, f *fixture) {
	want := []hook.Token{f.token(0), f.token(f.application().Key), f.token(0)}
	slices.Reverse(want)

	got, err := f.Tokens(t.Context())

	check(t, err)
	equal(t, got, want)
}

func serverTokens(t *testing.T, f *fixture) {
	a := f.application()
	first, revoked := f.token(0), f.token(0)
	f.token(a.Key)
	expired := f.token(0, func(k *hook.Token) { k.ExpiresAt = f.now.Add(-time.Hour) })
	f.token(a.Key, func(k *hook.Token) { k.Scope = hook.ScopePortal })
	check(t, f.RevokeToken(t.Context(), revoked.ID, f.now))

	got, err := f.ServerTokens(t.Context())

	check(t, err)
	equal(t, got, []hook.Token{expired, first})
}
