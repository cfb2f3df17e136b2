package directory

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/signature"
)

// basic is what stands in front of "user:password" in base64 (RFC 7617).
const basic = "Basic "

// Vault seals and opens the secrets of endpoints. Each is bound to its endpoint and its place, so that
// a sealed value copied to another row stays shut.
type Vault struct{ box *secret.Box }

// NewVault returns the vault that uses box.
func NewVault(box *secret.Box) Vault { return Vault{box: box} }

// Keys returns the keys that sign for e at now, the newest first.
func (v Vault) Keys(e hook.Endpoint, now time.Time) ([]signature.Key, error) {
	opened, err := v.openKeys(e.ID, e.LiveSecrets(now))
	return live(opened, now), err
}

// openKeys opens signing keys of the endpoint, in their order.
func (v Vault) openKeys(endpoint id.ID, secrets []hook.EndpointSecret) ([]timedKey, error) {
	keys := make([]timedKey, len(secrets))
	for i, s := range secrets {
		text, err := v.box.Open(s.Sealed, bound(endpoint, "secret"))
		if err != nil {
			return nil, fmt.Errorf("open a signing key: %w", err)
		}
		key, err := signature.Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("read a signing key: %w", err)
		}
		keys[i] = timedKey{key: key, until: s.ExpiresAt}
	}
	return keys, nil
}

// Headers returns the caller's own headers for e; nil if there are none.
func (v Vault) Headers(e hook.Endpoint) (map[string]string, error) {
	if e.Headers == nil {
		return nil, nil
	}
	text, err := v.box.Open(e.Headers, bound(e.ID, "headers"))
	if err != nil {
		return nil, fmt.Errorf("open the headers: %w", err)
	}
	var headers map[string]string
	if err := json.Unmarshal(text, &headers); err != nil {
		return nil, fmt.Errorf("read the headers: %w", err)
	}
	return headers, nil
}

// Authorization returns the value of the Authorization header that the credentials in e's URL stand
// for; empty if there were none.
func (v Vault) Authorization(e hook.Endpoint) (string, error) {
	if e.Credentials == nil {
		return "", nil
	}
	pair, err := v.box.Open(e.Credentials, bound(e.ID, "credentials"))
	if err != nil {
		return "", fmt.Errorf("open the credentials: %w", err)
	}
	return basic + base64.StdEncoding.EncodeToString(pair), nil
}

// SealKey seals a signing key for the endpoint.
func (v Vault) SealKey(endpoint id.ID, key signature.Key) ([]byte, error) {
	return v.box.Seal([]byte(key.Reveal()), bound(endpoint, "secret"))
}

// SealHeaders seals the caller's own headers for the endpoint; nil for none.
func (v Vault) SealHeaders(endpoint id.ID, headers map[string]string) ([]byte, error) {
	if len(headers) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(headers)
	if err != nil {
		return nil, err
	}
	return v.box.Seal(text, bound(endpoint, "headers"))
}

// SealCredentials seals what stood in front of the host in the endpoint's URL.
func (v Vault) SealCredentials(endpoint id.ID, c egress.Credentials) ([]byte, error) {
	pair, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(c.Authorization(), basic))
	if err != nil {
		return nil, fmt.Errorf("read the credentials: %w", err)
	}
	return v.box.Seal(pair, bound(endpoint, "credentials"))
}

// bound is what a secret is sealed to.
func bound(endpoint id.ID, place string) []byte {
	return []byte("endpoint-" + place + ":" + id.Endpoint.Text(endpoint))
}
