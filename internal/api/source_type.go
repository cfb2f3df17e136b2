package api

import (
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// sourceType is a type of the public interface: which provider it is here, and what the keys of its config are.
type sourceType struct {
	provider string
	secret   string            // key of the config with the secret
	options  map[string]string // from keys of the config to options of the provider
}

// generic is the type of a source whose provider the client libraries have no name for. They fail on any name that
// they do not know.
const generic = "generic-webhook"

// sourceTypes returns the types of the public interface that exist here. Many of them are senders that sign as Svix
// does, because they send through it.
func sourceTypes() map[string]sourceType {
	types := map[string]sourceType{
		generic:   {provider: "none"},
		"meta":    {provider: "meta", secret: "secret", options: map[string]string{"verifyToken": "verify_token"}},
		"telnyx":  {provider: "telnyx", secret: "publicKey"},
		"open-ai": {provider: "openai", secret: "secret"},
	}
	for _, same := range []string{
		"clerk", "docusign", "github", "hubspot", "replicate", "resend", "shopify", "slack", "stripe", "svix", "tailscale", "veriff", "zoom",
	} {
		types[same] = sourceType{provider: same, secret: "secret"}
	}
	for _, svix := range []string{
		"beehiiv", "brex", "guesty", "incident-io", "lithic", "nash", "pleo", "psi-fi", "render", "safebase", "sardine", "stych",
	} {
		types[svix] = sourceType{provider: "svix", secret: "secret"}
	}
	return types
}

// typeOf returns what the client libraries call the source's provider.
func typeOf(s hook.Source) string {
	if s.Rules.Called != "" {
		return s.Rules.Called
	}
	for name, t := range sourceTypes() {
		if t.provider == s.Provider && (name == s.Provider || name == generic || name == "open-ai") {
			return name
		}
	}
	return generic
}

// configOf returns what belongs to the type and may be shown.
func configOf(s hook.Source, public string) map[string]any {
	config := map[string]any{}
	if public != "" {
		config["publicKey"] = public
	}
	return config
}

// spec returns what the caller wants, in whichever of the two ways it was said.
func (in SourceIn) spec() (catalog.NewSource, error) {
	n := catalog.NewSource{
		UID: orZero(in.UID), Name: in.Name, Application: in.Application, Provider: in.Provider, Options: in.Options,
		Secrets: in.Secrets, Metadata: in.Metadata, Disabled: in.Disabled, Rules: in.rules(),
	}
	if in.Provider != "" {
		if in.Type != "" && in.Type != generic || len(in.Config) > 0 {
			return n, fault.In("type", "value_error", "Name a provider, or a type with its config, not both.")
		}
		return n, nil
	}
	if in.Type == "" {
		return n, fault.In("provider", "value_error", "Name the provider that sends, such as github; none takes everything.")
	}
	return n, in.fromType(&n)
}

// fromType fills n from a type of the public interface.
func (in SourceIn) fromType(n *catalog.NewSource) error {
	t, ok := sourceTypes()[in.Type]
	if !ok {
		return fault.In("type", "unknown_type", "This version does not offer the type %q. There are: %s. For others name a provider instead.",
			in.Type, strings.Join(typeNames(), ", "))
	}
	n.Provider = t.provider
	if in.Type != t.provider && in.Type != generic {
		n.Rules.Called = in.Type
	}
	for key, value := range in.Config {
		text, isText := value.(string)
		switch {
		case value == nil:
		case key == t.secret && isText:
			n.Secrets = []string{text}
		case t.options[key] != "" && isText:
			if n.Options == nil {
				n.Options = map[string]string{}
			}
			n.Options[t.options[key]] = text
		default:
			return fault.In("config."+key, "value_error", "Leave this out: the type %s does not have it here, or not of this kind.", in.Type)
		}
	}
	return nil
}

func typeNames() []string {
	var names []string
	for name := range sourceTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
