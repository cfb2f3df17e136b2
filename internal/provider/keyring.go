package provider

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"

	"github.com/golang-jwt/jwt/v5"
)

// keyring is the keys that one secret, or one fetched document, stands for.
type keyring struct {
	secret int // index of the secret; -1 for a document
	shared []byte
	public map[string]crypto.PublicKey // by key id; a pasted one has the empty id
}

// keys returns a keyring for each secret, or the one for the fetched document.
func (s JWT) keys(ctx context.Context, c *Check) ([]keyring, error) {
	if !s.Fetched.None() {
		text, err := s.Fetched.document(ctx, c)
		if err != nil {
			return nil, err
		}
		return []keyring{{secret: -1, public: parseKeySet(text)}}, nil
	}
	rings := make([]keyring, 0, len(c.Secrets))
	for i, secret := range c.Secrets {
		if s.shared() {
			rings = append(rings, keyring{secret: i, shared: []byte(secret.Reveal())})
			continue
		}
		key := parsePublic(secret.Reveal(), c.Request.ReceivedAt)
		rings = append(rings, keyring{secret: i, public: map[string]crypto.PublicKey{"": key}})
	}
	return rings, nil
}

// find returns the key that a token asks for. The type of the key must fit the algorithm; the library sees to that.
func (k keyring) find(t *jwt.Token) (any, error) {
	if len(k.shared) > 0 {
		return k.shared, nil
	}
	id, _ := t.Header["kid"].(string)
	for _, name := range []string{id, ""} {
		if key, ok := k.public[name]; ok && strong(key) {
			return key, nil
		}
	}
	if _, there := k.public[id]; !there && id != "" {
		return nil, errUnknownKey
	}
	return nil, Refuse(NoMatch, "key id")
}

// errUnknownKey is that a token names a key which is not in the ring: it is forged, or its provider has a new key.
var errUnknownKey = errors.New("unknown key id")

// renewed returns the keys of the document as it is now; none if nothing is fetched or the source cannot ask anew.
func (s JWT) renewed(ctx context.Context, c *Check) ([]keyring, error) {
	if s.Fetched.None() {
		return nil, nil
	}
	text, err := s.Fetched.renewed(ctx, c)
	if err != nil || text == nil {
		return nil, err
	}
	return []keyring{{secret: -1, public: parseKeySet(text)}}, nil
}

// jwk is one key of a set (RFC 7517, RFC 7518 section 6, RFC 8037).
type jwk struct {
	ID    string `json:"kid"`
	Type  string `json:"kty"`
	Use   string `json:"use"`
	Curve string `json:"crv"`
	N     string `json:"n"`
	E     string `json:"e"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// parseKeySet returns the signature keys of a set that can be read, or of a document that is a single key.
func parseKeySet(text []byte) map[string]crypto.PublicKey {
	const mostKeys = 64
	var set struct {
		jwk
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil
	}
	if set.Type != "" {
		set.Keys = append(set.Keys, set.jwk)
	}
	public := map[string]crypto.PublicKey{}
	for _, k := range set.Keys[:min(len(set.Keys), mostKeys)] {
		if key := k.public(); key != nil && (k.Use == "" || k.Use == "sig") {
			public[k.ID] = key
		}
	}
	return public
}

// public returns the key, or nil if it is of an unknown kind or malformed.
func (k jwk) public() crypto.PublicKey {
	switch k.Type {
	case "RSA":
		n, e := number(k.N), number(k.E)
		if n == nil || e == nil || !e.IsInt64() || e.Int64() > 1<<31-1 {
			return nil
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}
	case "EC":
		return k.point()
	case "OKP":
		if raw := Base64URL.Decode(k.X); k.Curve == "Ed25519" && len(raw) == ed25519.PublicKeySize {
			return ed25519.PublicKey(raw)
		}
	}
	return nil
}

// point returns an elliptic curve key whose point is on its curve.
func (k jwk) point() crypto.PublicKey {
	var curve elliptic.Curve
	switch k.Curve {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil
	}
	x, y := number(k.X), number(k.Y)
	size := (curve.Params().BitSize + 7) / 8
	if x == nil || y == nil || x.BitLen() > 8*size || y.BitLen() > 8*size {
		return nil
	}
	const uncompressed = 4
	raw := append([]byte{uncompressed}, x.FillBytes(make([]byte, size))...)
	key, err := ecdsa.ParseUncompressedPublicKey(curve, append(raw, y.FillBytes(make([]byte, size))...))
	if err != nil {
		return nil
	}
	return key
}

func number(text string) *big.Int {
	raw := Base64URL.Decode(text)
	if len(raw) == 0 {
		return nil
	}
	return new(big.Int).SetBytes(raw)
}
