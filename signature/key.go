package signature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/subtle"
	"fmt"
	"io"
	"sync"
)

// How long the secrets of v1 may be. The specification asks for 24 to 64 bytes; the public Svix API
// takes up to 100 characters of base64, so imported secrets may be that long too.
const (
	minSecret       = 24
	maxSecret       = 75
	generatedSecret = 24 // what the Svix API recommends; no padding at the end of the text
)

// maxForeignSecret is the longest secret, in bytes, that ParseForeign accepts.
const maxForeignSecret = 512

// kind is what a key is made of.
type kind uint8

const (
	symmetric kind = iota + 1 // a secret shared by both sides: v1
	private                   // an ed25519 key pair: signs and verifies v1a
	public                    // the public half: verifies v1a only
)

// Key signs or verifies webhooks. The zero Key does neither, and printing a Key in any way shows only
// its kind. A Key may be copied and used concurrently.
type Key struct {
	// ref is a pointer to a pointer because fmt cannot call methods on a Key in somebody's unexported
	// field: it prints what is there, and for a verb such as %s it follows one pointer. Here it finds
	// but an address.
	ref **material
}

// material is what a Key knows. It does not change after the key is made.
type material struct {
	kind    kind
	secret  []byte             // symmetric
	private ed25519.PrivateKey // private
	public  ed25519.PublicKey  // private and public
	hashers sync.Pool          // of *hasher; symmetric
}

// NewSymmetric returns the v1 key for a secret of 24 to 75 bytes.
func NewSymmetric(secret []byte) (Key, error) {
	if len(secret) < minSecret || len(secret) > maxSecret {
		return Key{}, ErrKeyLength
	}
	return newKey(&material{kind: symmetric, secret: bytes.Clone(secret)}), nil
}

// NewAsymmetric returns the v1a key for an ed25519 seed of 32 bytes, or for a seed followed by its
// public key, which is how Svix and Go write a private key.
func NewAsymmetric(secret []byte) (Key, error) {
	if len(secret) != ed25519.SeedSize && len(secret) != ed25519.PrivateKeySize {
		return Key{}, ErrKeyLength
	}
	pair := ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize])
	// A signature made with a foreign public half gives the private one away, so it is never used.
	if len(secret) == ed25519.PrivateKeySize && subtle.ConstantTimeCompare(pair, secret) != 1 {
		return Key{}, ErrKeyPair
	}
	return newKey(&material{kind: private, private: pair, public: publicHalf(pair)}), nil
}

// NewPublic returns the verifying v1a key for an ed25519 public key of 32 bytes.
func NewPublic(key []byte) (Key, error) {
	if len(key) != ed25519.PublicKeySize {
		return Key{}, ErrKeyLength
	}
	return newKey(&material{kind: public, public: bytes.Clone(key)}), nil
}

// Generate returns a new v1 key made of 24 bytes of random.
func Generate(random io.Reader) (Key, error) {
	secret := make([]byte, generatedSecret)
	if _, err := io.ReadFull(random, secret); err != nil {
		return Key{}, fmt.Errorf("signature: generate secret: %w", err)
	}
	return NewSymmetric(secret)
}

// GenerateAsymmetric returns a new v1a key made of 32 bytes of random.
func GenerateAsymmetric(random io.Reader) (Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Key{}, fmt.Errorf("signature: generate key pair: %w", err)
	}
	return NewAsymmetric(seed)
}

// CanSign reports whether Sign makes a signature with k.
func (k Key) CanSign() bool { return k.is(symmetric) || k.is(private) }

// Asymmetric reports whether k belongs to v1a.
func (k Key) Asymmetric() bool { return k.is(private) || k.is(public) }

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k.ref == nil }

// Public returns the half of a v1a key that may be given to receivers, and false for any other key.
func (k Key) Public() (Key, bool) {
	if !k.Asymmetric() {
		return Key{}, false
	}
	return newKey(&material{kind: public, public: k.m().public}), true
}

// Equal reports whether both are the same key. The time it takes does not depend on their contents.
func (k Key) Equal(other Key) bool {
	return subtle.ConstantTimeCompare([]byte(k.Reveal()), []byte(other.Reveal())) == 1
}

func (k Key) is(want kind) bool { return k.ref != nil && k.m().kind == want }

// m returns what k knows; k must not be zero.
func (k Key) m() *material { return *k.ref }

func newKey(m *material) Key { return Key{&m} }

func (m *material) signEd25519(message []byte) []byte { return ed25519.Sign(m.private, message) }

func publicHalf(pair ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(pair[ed25519.SeedSize:])
}
