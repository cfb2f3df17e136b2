package directory

import (
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/signature"
)

// Plain are an endpoint's secrets in the clear, on their way from one vault to another. Whoever holds them
// keeps them out of logs and errors.
type Plain struct {
	Keys        []PlainKey        // the newest first
	Headers     map[string]string // the caller's own; nil if there are none
	Credentials string            // "user:password" of the URL; empty if there are none
}

// PlainKey is a signing key with when it ends; zero is never.
type PlainKey struct {
	Key       signature.Key
	ExpiresAt time.Time
}

// Reveal opens the secrets of e that are of use at now.
func (v Vault) Reveal(e hook.Endpoint, now time.Time) (p Plain, err error) {
	keys, err := v.openKeys(e.ID, e.LiveSecrets(now))
	if err != nil {
		return p, err
	}
	for _, k := range keys {
		p.Keys = append(p.Keys, PlainKey{k.key, k.until})
	}
	if p.Headers, err = v.Headers(e); err != nil {
		return p, err
	}
	if e.Credentials != nil {
		var pair []byte
		if pair, err = v.box.Open(e.Credentials, bound(e.ID, "credentials")); err != nil {
			return p, fmt.Errorf("open the credentials: %w", err)
		}
		p.Credentials = string(pair)
	}
	return p, nil
}

// Conceal seals the secrets for e, in place of those that it has.
func (v Vault) Conceal(e *hook.Endpoint, p Plain) (err error) {
	e.Secrets, e.Credentials = nil, nil
	for _, k := range p.Keys {
		sealed, err := v.SealKey(e.ID, k.Key)
		if err != nil {
			return err
		}
		e.Secrets = append(e.Secrets, hook.EndpointSecret{Sealed: sealed, ExpiresAt: k.ExpiresAt})
	}
	if e.Headers, err = v.SealHeaders(e.ID, p.Headers); err != nil || p.Credentials == "" {
		return err
	}
	e.Credentials, err = v.box.Seal([]byte(p.Credentials), bound(e.ID, "credentials"))
	return err
}
