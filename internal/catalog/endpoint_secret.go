package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/signature"
)

// How long a replaced key may go on signing beside the new one.
const (
	DefaultGrace = 24 * time.Hour
	MaxGrace     = 7 * 24 * time.Hour
)

// Secret returns the key that a receiver verifies the endpoint's requests with, as text: the shared
// secret, or the public half of a key pair.
func (s *Endpoints) Secret(ctx context.Context, application hook.Key, ref string) (string, error) {
	e, err := s.Get(ctx, application, ref)
	if err != nil {
		return "", err
	}
	keys, err := s.vault.Keys(e, s.config.Clock.Now())
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", fault.Missing("endpoint secret")
	}
	if public, ok := keys[0].Public(); ok {
		return public.Reveal(), nil
	}
	return keys[0].Reveal(), nil
}

// Rotate makes text, or a new key if it is empty, the endpoint's signing key. The keys so far sign
// beside it for the time of grace.
func (s *Endpoints) Rotate(
	ctx context.Context, application hook.Key, ref, text string, grace time.Duration,
) error {
	if grace < 0 || grace > MaxGrace {
		return fault.In("gracePeriodSeconds", "value_error", "Use 0 to %d seconds.", int(MaxGrace.Seconds()))
	}
	key, err := s.keyOf(text)
	if err != nil {
		return err
	}
	now := moment(s.config.Clock)
	_, err = s.update(ctx, application, ref, func(e *hook.Endpoint) error {
		sealed, err := s.vault.SealKey(e.ID, key)
		if err != nil {
			return err
		}
		*e = e.Rotate(sealed, grace, now)
		return nil
	})
	return err
}

// keyOf reads a signing key or makes one. No error repeats the text.
func (s *Endpoints) keyOf(text string) (signature.Key, error) {
	if text == "" {
		key, err := signature.Generate(s.config.Random)
		if err != nil {
			return signature.Key{}, fmt.Errorf("generate a signing key: %w", err)
		}
		return key, nil
	}
	key, err := signature.Parse(text)
	if err != nil || !key.CanSign() {
		return signature.Key{}, fault.In("secret", "value_error",
			"Give a key that begins with whsec_ (base64 of 24 to 75 bytes) or whsk_, or none for a new one.")
	}
	return key, nil
}
