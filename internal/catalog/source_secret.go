package catalog

import (
	"context"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/store"
)

// AddressGrace is how long a source listens to a former address, and maxFormer how many former ones it may have
// (public interface: 48 hours, and three rotations within them).
const (
	AddressGrace = 48 * time.Hour
	maxFormer    = 3
)

// readdress gives the source a new address.
func (s *Sources) readdress(source *hook.Source) error {
	key, err := directory.NewKey(s.config.Random)
	if err != nil {
		return err
	}
	sealed, err := s.vault.SealKey(source.ID, key)
	if err != nil {
		return err
	}
	source.URLHash, source.URLSealed = directory.KeyHash(key), sealed
	return nil
}

// AddressKey returns the unguessable part of the source's address.
func (s *Sources) AddressKey(source hook.Source) (string, error) { return s.vault.OpenKey(source) }

// Readdress gives the source a new address. The former one is good for AddressGrace.
func (s *Sources) Readdress(ctx context.Context, ref string) (hook.Source, error) {
	now := moment(s.config.Clock)
	return s.update(ctx, store.RefOf(id.Inbound, ref), func(source *hook.Source) error {
		former := []hook.FormerURL{{Hash: append([]byte{}, source.URLHash[:]...), ExpiresAt: now.Add(AddressGrace)}}
		for _, f := range source.Rules.Former {
			if f.ExpiresAt.After(now) {
				former = append(former, f)
			}
		}
		if len(former) > maxFormer {
			return fault.New(fault.Conflict, "too_many_rotations", "The address was replaced %d times within %d hours; wait, or make a new source.",
				maxFormer, int(AddressGrace.Hours()))
		}
		source.Rules.Former = former
		return s.readdress(source)
	})
}

// seal replaces the secrets of the source. No error repeats one.
func (s *Sources) seal(source *hook.Source, secrets []string) error {
	if len(secrets) > maxSourceKeys {
		return fault.In("secrets", "value_error", "Use at most %d secrets.", maxSourceKeys)
	}
	source.Secrets = nil
	for _, text := range secrets {
		sealed, err := s.sealOne(*source, text)
		if err != nil {
			return err
		}
		source.Secrets = append(source.Secrets, hook.SourceSecret{Sealed: sealed})
	}
	return nil
}

func (s *Sources) sealOne(source hook.Source, text string) ([]byte, error) {
	if len(text) > maxSecretBytes || strings.TrimSpace(text) == "" {
		return nil, fault.In("secrets", "value_error", "Give a secret of at most %d bytes, as the provider shows it.", maxSecretBytes)
	}
	return s.vault.SealSecret(source.ID, text)
}

// Public returns the newest of the source's secrets if its provider hands out public keys, which may be shown.
func (s *Sources) Public(source hook.Source) (string, error) {
	declared, err := s.config.Providers.ByName(source.Provider)
	live := source.LiveSecrets(s.config.Clock.Now())
	if err != nil || !declared.Secret.Open || len(live) == 0 {
		return "", err
	}
	return s.vault.OpenSecret(source.ID, live[0])
}

// RotateSecret makes text the newest of the source's secrets. The others count beside it for the time of grace.
func (s *Sources) RotateSecret(ctx context.Context, ref, text string, grace time.Duration) error {
	if grace < 0 || grace > MaxGrace {
		return fault.In("gracePeriodSeconds", "value_error", "Use 0 to %d seconds.", int(MaxGrace.Seconds()))
	}
	now := moment(s.config.Clock)
	_, err := s.update(ctx, store.RefOf(id.Inbound, ref), func(source *hook.Source) error {
		sealed, err := s.sealOne(*source, text)
		if err != nil {
			return err
		}
		secrets := []hook.SourceSecret{{Sealed: sealed}}
		for _, old := range source.Secrets {
			if old.ExpiresAt.IsZero() || old.ExpiresAt.After(now.Add(grace)) {
				old.ExpiresAt = now.Add(grace)
			}
			if old.ExpiresAt.After(now) && len(secrets) < maxSourceKeys {
				secrets = append(secrets, old)
			}
		}
		source.Secrets = secrets
		return s.checkSetup(*source)
	})
	return err
}

// Learn keeps a secret that a provider told in a handshake. Only a source without one learns: whoever comes later
// could be anybody.
func (s *Sources) Learn(ctx context.Context, key hook.Key, told provider.Secret) error {
	found, err := s.store.SourceByKey(ctx, key)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, store.Ref{ID: found.ID}, func(source *hook.Source) error {
		if len(source.LiveSecrets(s.config.Clock.Now())) > 0 {
			return fault.New(fault.Conflict, "secret_known", "The source has a secret already.")
		}
		if err := s.seal(source, []string{told.Reveal()}); err != nil {
			return err
		}
		source.Secrets[0].LearnedAt = moment(s.config.Clock)
		return s.checkSetup(*source)
	})
	return err
}

// learnedShown is how long a secret that a provider told is shown: as long as it takes to paste it back there.
const learnedShown = time.Hour

// Learned returns the secret that the provider told within the last hour, or an empty text. Some want it back from the
// owner before they send anything.
func (s *Sources) Learned(source hook.Source) (string, error) {
	now := s.config.Clock.Now()
	for _, one := range source.Secrets {
		expired := !one.ExpiresAt.IsZero() && !one.ExpiresAt.After(now)
		if !expired && !one.LearnedAt.IsZero() && now.Before(one.LearnedAt.Add(learnedShown)) {
			return s.vault.OpenSecret(source.ID, one.Sealed)
		}
	}
	return "", nil
}
