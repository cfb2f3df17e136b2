package signature

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// The prefixes that tell the three sorts of key apart in text.
const (
	prefixSecret  = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

// Parse reads a key from text: whsec_ and base64 (the prefix may be left out), whsk_ or whpk_ and
// base64. Padding may be missing. Anything else, above all the empty string and white space, is an error.
func Parse(text string) (Key, error) { return parse(text, NewSymmetric) }

// ParseForeign is Parse for verifying webhooks of senders that made their secret themselves: a shared secret may
// have 1 to 512 bytes. Do not sign with such a key: receivers that follow the specification refuse it if it has
// fewer than 24 bytes.
func ParseForeign(text string) (Key, error) {
	return parse(text, func(secret []byte) (Key, error) {
		if len(secret) == 0 || len(secret) > maxForeignSecret {
			return Key{}, ErrKeyLength
		}
		return newKey(&material{kind: symmetric, secret: secret}), nil
	})
}

// parse reads a key from text and builds shared secrets with the given function.
func parse(text string, build func([]byte) (Key, error)) (Key, error) {
	digits := strings.TrimPrefix(text, prefixSecret)
	if rest, ok := strings.CutPrefix(text, prefixPrivate); ok {
		build, digits = NewAsymmetric, rest
	}
	if rest, ok := strings.CutPrefix(text, prefixPublic); ok {
		build, digits = NewPublic, rest
	}
	raw, err := decode(digits)
	if err != nil {
		return Key{}, err
	}
	return build(raw)
}

// decode reads base64 with or without padding. The cause is dropped: it quotes the input.
func decode(digits string) ([]byte, error) {
	if strings.ContainsAny(digits, "\r\n") { // encoding/base64 would skip them
		return nil, ErrKeyFormat
	}
	if raw, err := base64.StdEncoding.DecodeString(digits); err == nil {
		return raw, nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(digits)
	if err != nil {
		return nil, ErrKeyFormat
	}
	return raw, nil
}

// Reveal returns the key as text that Parse reads, always with prefix and padding. The caller must
// keep it out of logs and errors. The zero Key is the empty string.
func (k Key) Reveal() string {
	switch {
	case k.is(symmetric):
		return prefixSecret + base64.StdEncoding.EncodeToString(k.m().secret)
	case k.is(private):
		return prefixPrivate + base64.StdEncoding.EncodeToString(k.m().private)
	case k.is(public):
		return prefixPublic + base64.StdEncoding.EncodeToString(k.m().public)
	}
	return ""
}

// String returns the sort of the key and nothing of its contents.
func (k Key) String() string {
	switch {
	case k.is(symmetric):
		return prefixSecret + "[redacted]"
	case k.is(private):
		return prefixPrivate + "[redacted]"
	case k.is(public):
		return prefixPublic + "[redacted]"
	}
	return "[no key]"
}

// Format prints what String returns, whatever the verb: %x or %d would otherwise reach the bytes.
func (k Key) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, k.String()) }

// MarshalText returns what String returns, so that no encoder can write a secret by accident.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// LogValue is what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
