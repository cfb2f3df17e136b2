package secret

import (
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/posthorn/posthorn/internal/fault"
)

// Overhead is how many bytes longer a sealed secret is than its text: Tink's version byte and key id,
// the nonce, the tag.
const Overhead = prefixSize + nonceSize + tagSize

const (
	prefixSize = 5
	nonceSize  = 12
	tagSize    = 16
)

// Box encrypts secrets with AES-256-GCM under the first of its keys and decrypts with any of them, so
// that a key is replaced by putting a new one in front. A Box may be used concurrently.
type Box struct {
	aead tink.AEAD
}

// newBox returns a box of the keys, the first of which seals.
func newBox(keys []rawKey) (*Box, error) {
	manager := keyset.NewManager()
	for _, k := range keys {
		if err := addKey(manager, k); err != nil {
			return nil, err
		}
	}
	if err := manager.SetPrimary(keys[0].id()); err != nil {
		return nil, fmt.Errorf("choose the sealing key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("assemble the keys: %w", err)
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("prepare the keys: %w", err)
	}
	return &Box{aead: a}, nil
}

// addKey adds k under its own id, which Tink writes in front of what the key seals.
func addKey(manager *keyset.Manager, k rawKey) error {
	parameters, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: keySize,
		IVSizeInBytes:  nonceSize,
		TagSizeInBytes: tagSize,
		Variant:        aesgcm.VariantTink,
	})
	if err != nil {
		return fmt.Errorf("describe the key: %w", err)
	}
	key, err := aesgcm.NewKey(secretdata.NewBytesFromData(k[:], insecuresecretdataaccess.Token{}), k.id(), parameters)
	if err != nil {
		return fmt.Errorf("make the key: %w", err)
	}
	if _, err := manager.AddKey(key); err != nil {
		return fault.New(fault.Invalid, "duplicate_encryption_key",
			"An encryption key is given twice; remove one of the two.")
	}
	return nil
}

// Seal encrypts plaintext. context says what the secret belongs to, for example "endpoint-secret:42":
// it is not stored, and Open needs the same, so that a sealed secret moved to another row stays shut.
// An empty context is an error, as it would give that up. The result is Overhead bytes longer.
func (b *Box) Seal(plaintext, context []byte) ([]byte, error) {
	if len(context) == 0 {
		return nil, fault.New(fault.Internal, "no_secret_context", "A secret cannot be sealed without a context.")
	}
	sealed, err := b.aead.Encrypt(plaintext, context)
	if err != nil {
		return nil, fault.New(fault.Internal, "seal_failed", "A secret could not be encrypted.").Because(err)
	}
	return sealed, nil
}

// Open decrypts what Seal returned for the same context. Any other bytes, context or key is an error
// of kind Internal, since what was stored by us should open.
func (b *Box) Open(ciphertext, context []byte) ([]byte, error) {
	if len(context) == 0 {
		return nil, fault.New(fault.Internal, "no_secret_context", "A secret cannot be opened without a context.")
	}
	plaintext, err := b.aead.Decrypt(ciphertext, context)
	if err != nil {
		return nil, fault.New(fault.Internal, "secret_unreadable", "A stored secret does not open: it was damaged, "+
			"or sealed with an encryption key that is not configured any more; add that key behind the present one.").Because(err)
	}
	return plaintext, nil
}
