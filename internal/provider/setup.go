package provider

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// Setup refuses secrets and options that this provider cannot work with, so that a mistake shows when it is made.
// No secret at all is allowed: some providers tell it later. Until then the source refuses everything.
func (p Provider) Setup(secrets []Secret, o Options) error {
	if err := p.checkOptions(o); err != nil {
		return err
	}
	scheme, err := p.scheme(o)
	if err != nil {
		return badOption(err)
	}
	if _, err := p.HandshakesFor(o); err != nil {
		return badOption(err)
	}
	if p.Unused != nil {
		if err := p.Unused(o); err != nil {
			return badOption(err)
		}
	}
	for _, s := range secrets {
		if err := scheme.Accept(s); err != nil {
			return badSecret(err)
		}
	}
	return nil
}

// badSecret says which form a secret must have, where the scheme knows it.
func badSecret(err error) error {
	text := sentence(err)
	if c := (*choice)(nil); errors.As(err, &c) {
		text = c.advice
	}
	return fault.In("secrets", "bad_secret", "%s", text).Because(err)
}

// badOption says which option to change.
func badOption(err error) error {
	var c *choice
	if errors.As(err, &c) {
		return fault.In("options."+strings.TrimPrefix(c.Where, "option "), "bad_option", "%s", c.advice).Because(err)
	}
	return fault.In("options", "bad_option", "%s", sentence(err)).Because(err)
}

// sentence makes a refusal fit for the person who sets up a source.
func sentence(err error) string {
	text := err.Error()
	return "The " + text + "."
}

func (p Provider) checkOptions(o Options) error {
	for name := range o {
		if !slices.ContainsFunc(p.Options, func(k Option) bool { return k.Name == name }) {
			return fault.In("options."+name, "unknown_option", "%s has no option %q.", p.Title, name)
		}
	}
	for _, k := range p.Options {
		value := strings.TrimSpace(o[k.Name])
		if value == "" && k.Required {
			return fault.In("options."+k.Name, "missing_option", "%s needs the option %q: %s", p.Title, k.Name, k.Meaning)
		}
		if value != "" && len(k.Values) > 0 && !slices.Contains(k.Values, value) {
			return fault.In("options."+k.Name, "bad_option", "The option %q is one of %s.", k.Name, strings.Join(k.Values, ", "))
		}
	}
	return o.CheckPaths()
}

// withDefaults returns the options with the declared defaults for what is not set.
func (p Provider) withDefaults(o Options) Options {
	full := Options{}
	for _, k := range p.Options {
		if k.Default != "" {
			full[k.Name] = k.Default
		}
	}
	maps.Copy(full, o)
	return full
}

// Variants returns the options under which the scheme differs, for the reference and the tests: one for each value
// of the first option that has a list of them, or a single empty one.
func (p Provider) Variants() []Options {
	if p.Choose == nil || len(p.Options) == 0 || len(p.Options[0].Values) == 0 {
		return []Options{{}}
	}
	first := p.Options[0]
	variants := make([]Options, 0, len(first.Values))
	for _, v := range first.Values {
		variants = append(variants, Options{first.Name: v})
	}
	return variants
}

// FactsOf describes the scheme under some options.
func (p Provider) FactsOf(o Options) (Facts, error) {
	scheme, err := p.scheme(o)
	if err != nil {
		return Facts{}, err
	}
	return scheme.Facts(), nil
}

// OneOf is a Choose that looks a scheme up by an option's value. A value that names none is refused.
func OneOf(option string, schemes map[string]Scheme) func(Options) (Scheme, error) {
	return func(o Options) (Scheme, error) {
		if s, ok := schemes[o[option]]; ok && s != nil {
			return s, nil
		}
		return nil, Refuse(BadOption, "option "+option)
	}
}
