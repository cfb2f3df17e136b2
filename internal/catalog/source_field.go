package catalog

import (
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
)

// NewSource is what a caller says about a source. Application counts only when it is created.
type NewSource struct {
	UID         string
	Name        string
	Application string // id or uid; empty for one of its own
	Provider    string
	Options     map[string]string
	Secrets     []string // as they were pasted, the newest first; nil leaves them as they are
	Metadata    map[string]string
	Disabled    bool
	Rules       hook.SourceRules
}

// SourcePatch changes those fields that are not nil.
type SourcePatch struct {
	UID      *string
	Name     *string
	Provider *string
	Options  *map[string]string
	Secrets  *[]string
	Metadata *map[string]string
	Disabled *bool
	Rules    func(*hook.SourceRules)
}

func (n NewSource) patch() SourcePatch {
	return SourcePatch{
		UID: &n.UID, Name: &n.Name, Provider: &n.Provider, Options: &n.Options, Secrets: &n.Secrets,
		Metadata: &n.Metadata, Disabled: &n.Disabled, Rules: func(r *hook.SourceRules) { *r = n.Rules },
	}
}

func (s *Sources) apply(source *hook.Source, p SourcePatch) error {
	set(&source.UID, p.UID)
	set(&source.Name, p.Name)
	set(&source.Provider, p.Provider)
	set(&source.Options, p.Options)
	set(&source.Metadata, p.Metadata)
	set(&source.Disabled, p.Disabled)
	if p.Rules != nil {
		former := source.Rules.Former
		p.Rules(&source.Rules)
		source.Rules.Former = former // addresses are not the caller's to give
	}
	if err := s.check(*source); err != nil {
		return err
	}
	if p.Secrets != nil {
		if err := s.seal(source, *p.Secrets); err != nil {
			return err
		}
	}
	return s.checkSetup(*source)
}

// check looks at everything but the secrets.
func (s *Sources) check(source hook.Source) error {
	if source.Name == "" {
		return fault.In("name", "value_error", "Give the source a name.")
	}
	return first(
		checkText("name", source.Name, false),
		checkUID(id.Inbound, source.UID),
		checkMetadata(source.Metadata),
		checkOptions(source.Options),
		s.checkProvider(source.Provider),
		s.checkRules(source.Rules),
	)
}

func (s *Sources) checkProvider(name string) error {
	if _, err := s.config.Providers.ByName(name); err != nil {
		return fault.In("provider", "unknown_provider", "There is no provider %q.", name).Because(err)
	}
	return nil
}

const (
	maxOption      = 4 << 10 // bytes of an option
	maxSecretBytes = 8 << 10 // bytes of a secret; a certificate is the longest
	maxSourceKeys  = 10      // secrets at a time
)

func checkOptions(options map[string]string) error {
	for name, value := range options {
		if len(value) > maxOption {
			return fault.In("options."+name, "value_error", "Use at most %d bytes.", maxOption)
		}
		if err := checkPlace(name, value, options); err != nil {
			return err
		}
	}
	return nil
}

// checkPlace refuses an option that names a header that no request can have. Paths are checked by the provider.
func checkPlace(option, value string, all map[string]string) error {
	if value == "" || !namesHeader(option, all) {
		return nil
	}
	return checkHeaderName("options."+option, value)
}

// namesHeader reports whether an option's value is the name of a header: of one that no request can have, everything
// would be refused. Options are called so by convention; only an API key's name may be another place's instead.
func namesHeader(option string, all map[string]string) bool {
	inHeader := all["in"] == "" || all["in"] == "header"
	return option == "header" || strings.HasSuffix(option, "_header") || option == "name" && inHeader
}

// checkSetup asks the provider whether it can work with the source's secrets and options.
func (s *Sources) checkSetup(source hook.Source) error {
	declared, err := s.config.Providers.ByName(source.Provider)
	if err != nil {
		return err
	}
	live := source.LiveSecrets(s.config.Clock.Now())
	if declared.Secret.None() && len(live) > 0 {
		return needless(declared, source)
	}
	secrets := make([]provider.Secret, 0, len(live))
	for _, sealed := range live {
		text, err := s.vault.OpenSecret(source.ID, sealed)
		if err != nil {
			return err
		}
		secrets = append(secrets, provider.Secret(text))
	}
	return declared.Setup(secrets, provider.Options(source.Options))
}
