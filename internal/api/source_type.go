package api

import (
	"math"
	"slices"
	"strconv"
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
	numbers  map[string]string // the same for keys whose values are whole numbers
}

// generic is the type of a source whose provider the client libraries have no name for. They fail on any name that
// they do not know.
const generic = "generic-webhook"

// sourceTypes returns the types of the public interface that exist here. Many of them are senders that sign as Svix
// does, because they send through it.
func sourceTypes() map[string]sourceType {
	types := map[string]sourceType{
		generic:      {provider: "none"},
		"meta":       {provider: "meta", secret: "secret", options: map[string]string{"verifyToken": "verify_token"}},
		"tailscale":  {provider: "tailscale", secret: "secret", numbers: map[string]string{"timestampGraceSeconds": "tolerance_seconds"}},
		"telnyx":     {provider: "telnyx", secret: "publicKey"},
		"orum-io":    {provider: "orum-io", secret: "publicKey"},
		"open-ai":    {provider: "openai", secret: "secret"},
		"adobe-sign": {provider: "adobe-sign", secret: "clientId"},
	}
	for _, same := range []string{
		"airwallex", "checkbook", "clerk", "docusign", "easypost", "github", "hubspot", "nango", "openclaw", "panda-doc", "port-io", "replicate", "resend",
		"rutter", "segment", "shopify", "slack", "stripe", "svix", "vapi", "veriff", "zoom",
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

// typesNotOffered returns, for each type of the public interface that does not exist here, what to do instead.
func typesNotOffered() map[string]string {
	return map[string]string{
		"cron": "The type cron is not offered, because this server has no schedules: let a scheduler of your own publish messages.",
		"vgs":  "The type vgs is not offered, because its signature is not documented: name a provider such as hmac with the options that VGS tells you.",
	}
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

// configOf returns what belongs to the type and may be shown, nil for the generic type: the library for Rust fails on
// any config of a type that has none, null alone aside, on which the library for Python fails.
func configOf(s hook.Source, public string) map[string]any {
	if typeOf(s) == generic {
		return nil
	}
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
		if advice := typesNotOffered()[in.Type]; advice != "" {
			return fault.In("type", "unknown_type", "%s", advice)
		}
		return fault.In("type", "unknown_type", "This version does not offer the type %q. There are: %s. For others name a provider instead.",
			in.Type, strings.Join(typeNames(), ", "))
	}
	n.Provider = t.provider
	if in.Type != t.provider && in.Type != generic {
		n.Rules.Called = in.Type
	}
	for key, value := range in.Config {
		text, isText := value.(string)
		number, isNumber := value.(float64)
		switch {
		case value == nil:
		case key == t.secret && isText:
			n.Secrets = []string{text}
		case t.options[key] != "" && isText:
			setOption(n, t.options[key], text)
		case t.numbers[key] != "" && isNumber && number == math.Trunc(number):
			setOption(n, t.numbers[key], strconv.FormatFloat(number, 'f', -1, 64))
		default:
			return fault.In("config."+key, "value_error", "Leave this out: the type %s does not have it here, or not of this kind.", in.Type)
		}
	}
	return nil
}

// setOption gives the source's provider an option.
func setOption(n *catalog.NewSource, name, value string) {
	if n.Options == nil {
		n.Options = map[string]string{}
	}
	n.Options[name] = value
}

func typeNames() []string {
	var names []string
	for name := range sourceTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
