package cli

import (
	"slices"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

// lack says what the person has to give before a refusal means anything: without it, nothing was judged.
func lack(c diagnose.Case, r diagnose.Report) error {
	p, err := c.Catalog.ByName(r.Provider)
	switch {
	case r.Verified:
		return nil
	case r.Reason == provider.NoSecret && err == nil:
		return noSecret(p)
	case r.Reason == provider.UnknownProvider && len(c.Check.Secrets) == 0:
		return fault.New(fault.Invalid, "secret_missing", "No provider known here signs with any of these headers, and there is no secret to try the others "+
			"with: give it in %s or with --secret-file.", config.VerifySecret)
	case r.Reason == provider.NoMatch && err == nil && c.Check.Request.PublicURL == "" && !explained(r):
		return noAddress(p, c.Check.Options)
	}
	return nil
}

func explained(r diagnose.Report) bool {
	return slices.ContainsFunc(r.Findings, func(f diagnose.Finding) bool { return f.Proven })
}

func noSecret(p provider.Provider) error {
	return fault.New(fault.Invalid, "secret_missing", "Give the secret of %s in %s or with --secret-file: %s, %s.",
		p.Name, config.VerifySecret, p.Secret.Name, p.Secret.Hint)
}

// noAddress asks for the address, if it is signed.
func noAddress(p provider.Provider, o provider.Options) error {
	if facts, err := p.FactsOf(o); err != nil || !facts.Covers(provider.Address()) {
		return nil //nolint:nilerr // what is wrong with the options is in the report
	}
	return fault.New(fault.Invalid, "url_missing", "The signature of %s covers the address that was entered there: give it with --url.", p.Name)
}
