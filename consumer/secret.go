package consumer

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/posthorn/posthorn/internal/provider"
)

// Secret is what the provider shows for verifying, as it stands there, prefix included. A public key is one too.
// Nothing prints it.
type Secret string

const redacted = "[redacted]"

// Format prints no part of s, whatever the verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, redacted) }

// MarshalText returns no part of s.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns no part of s.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

func secretsOf(pasted []Secret) []provider.Secret {
	secrets := make([]provider.Secret, 0, len(pasted))
	for _, s := range pasted {
		secrets = append(secrets, provider.Secret(s))
	}
	return secrets
}
