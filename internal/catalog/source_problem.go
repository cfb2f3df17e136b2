package catalog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/provider"
)

// Problem says in a sentence what keeps the source from its work; empty if nothing is known to. A source may be made
// before its secret is known, and be read by a server that does not know its provider.
func (s *Sources) Problem(source hook.Source) string {
	declared, err := s.config.Providers.ByName(source.Provider)
	if err != nil {
		return fmt.Sprintf("This server knows no provider %q, so nothing is taken: run a newer one, or replace the source with PUT.", source.Provider)
	}
	options := provider.Options(source.Options)
	if err := first(declared.Setup(nil, options), checkDedupePlace(source.Rules.Dedupe)); err != nil {
		return sentenceOf(err)
	}
	facts, err := declared.FactsOf(options)
	if err != nil || !facts.Keyed || len(source.LiveSecrets(s.config.Clock.Now())) > 0 {
		return ""
	}
	if slices.ContainsFunc(declared.Handshakes, func(h provider.Handshake) bool { return !h.Learn.None() }) {
		return fmt.Sprintf("The source has no secret yet, and nothing is taken until it has: create the webhook at %s, which tells it, or PATCH the source with secrets.",
			declared.Title)
	}
	return fmt.Sprintf("The source needs a secret, and nothing is taken until it has one: PATCH it with secrets, a list with the %s of %s (%s).",
		declared.Secret.Name, declared.Title, declared.Secret.Hint)
}

func sentenceOf(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Detail
	}
	return "The provider cannot work with the options of this source: replace them."
}

// needless is the refusal of secrets where there is nothing to verify with them.
func needless(p provider.Provider, source hook.Source) error {
	why := "verifies with keys that the sender publishes"
	if facts, err := p.FactsOf(source.Options); err == nil && facts.Signature.None() {
		why = "checks nothing"
	}
	return fault.In("secrets", "bad_secret", "The provider %s %s and therefore takes no secret: leave secrets out, or send [] where there were some.", p.Name, why)
}
