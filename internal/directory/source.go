package directory

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
)

// SourceVault seals and opens the secrets of sources, each bound to its source and its place as a Vault does for
// endpoints.
type SourceVault struct{ box *secret.Box }

// NewSourceVault returns the vault that uses box.
func NewSourceVault(box *secret.Box) SourceVault { return SourceVault{box: box} }

// SealSecret seals what requests to the source are verified with.
func (v SourceVault) SealSecret(source id.ID, text string) ([]byte, error) {
	return v.box.Seal([]byte(text), boundSource(source, "secret"))
}

// OpenSecret opens one of the source's secrets.
func (v SourceVault) OpenSecret(source id.ID, sealed []byte) (string, error) {
	text, err := v.box.Open(sealed, boundSource(source, "secret"))
	if err != nil {
		return "", fmt.Errorf("open a source's secret: %w", err)
	}
	return string(text), nil
}

// SealKey seals the unguessable part of the source's address.
func (v SourceVault) SealKey(source id.ID, key string) ([]byte, error) {
	return v.box.Seal([]byte(key), boundSource(source, "url"))
}

// OpenKey opens the unguessable part of the source's address.
func (v SourceVault) OpenKey(s hook.Source) (string, error) {
	key, err := v.box.Open(s.URLSealed, boundSource(s.ID, "url"))
	if err != nil {
		return "", fmt.Errorf("open a source's address: %w", err)
	}
	return string(key), nil
}

// keyBytes is how much chance is in an address. Nobody guesses it, and nobody finds two that are the same.
const keyBytes = 20

// NewKey makes the unguessable part of an address.
func NewKey(random io.Reader) (string, error) {
	var chance [keyBytes]byte
	if _, err := io.ReadFull(random, chance[:]); err != nil {
		return "", fmt.Errorf("make an address: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(chance[:])), nil
}

// KeyHash is what a source is found by: the hash of the unguessable part of its address. Whoever can read the
// database cannot send in its name.
func KeyHash(key string) [32]byte { return sha256.Sum256([]byte(key)) }

func boundSource(source id.ID, place string) []byte {
	return []byte("source-" + place + ":" + id.Inbound.Text(source))
}
