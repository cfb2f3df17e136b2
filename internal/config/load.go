package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

// Value is the effective text of a setting and where it came from.
type Value struct {
	Setting
	Text   string // what was written; of a secret, what stands for it
	Origin string // such as "default" or "variable POSTHORN_LISTEN"; empty if no layer has it
}

// Loaded is the effective settings with their origins.
type Loaded struct {
	Config
	Values   []Value  // in the order of Config
	Warnings []string // sentences for the log
}

// Load reads all layers: defaults, the YAML file, the environment (as KEY=value pairs), flags; the
// later win. The error names every setting that is wrong and what is allowed.
func Load(flags *pflag.FlagSet, environ []string) (Loaded, error) {
	layers, err := layersOf(flags, environ)
	if err != nil {
		return Loaded{}, err
	}
	loaded := Loaded{Warnings: unknownVariables(layers[len(layers)-2])}
	var problems []string
	for _, s := range Settings() {
		value, err := loaded.take(s, layers)
		if err != nil {
			problems = append(problems, err.Error())
		}
		loaded.Values = append(loaded.Values, value)
	}
	if problems == nil {
		problems = loaded.check()
	}
	if problems != nil {
		return Loaded{}, fault.New(fault.Invalid, "bad_setting", "%s", strings.Join(problems, "\n"))
	}
	loaded.Warnings = append(loaded.Warnings, loaded.risks()...)
	return loaded, nil
}

func layersOf(flags *pflag.FlagSet, environ []string) ([]layer, error) {
	base, err := defaults()
	if err != nil {
		return nil, fmt.Errorf("read the defaults: %w", err)
	}
	environment, err := fromEnvironment(environ)
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w", err)
	}
	given, err := fromFlags(flags)
	if err != nil {
		return nil, fmt.Errorf("read the flags: %w", err)
	}
	layers := []layer{base}
	if path := filePath(flags, environment.values); path != "" {
		written, err := fromFile(path)
		if err != nil {
			return nil, err
		}
		layers = append(layers, written)
	}
	return append(layers, environment, given), nil
}

func filePath(flags *pflag.FlagSet, environment *koanf.Koanf) string {
	if flag := flags.Lookup(fileFlag); flag != nil && flag.Changed {
		return flag.Value.String()
	}
	return environment.String(fileFlag)
}

// take sets one setting from the last layer that has it.
func (l *Loaded) take(s Setting, layers []layer) (Value, error) {
	value := Value{Setting: s}
	var raw any
	for _, layer := range layers {
		if found, ok := layer.has(s); ok {
			raw, value.Origin = found, layer.origin(s)
		}
	}
	if value.Origin == "" {
		return value, nil
	}
	text, err := s.text(raw)
	if err == nil {
		err = s.set(&l.Config, text)
	}
	value.Text = text
	if s.Secret && text != "" {
		value.Text = secret.Redacted
	}
	if err != nil {
		return value, fault.In(s.Key, "bad_setting", "%s", value.complaint(raw, err))
	}
	return value, nil
}

// text returns a raw value of a layer as text. A YAML number in place of a text may have lost digits,
// zeros or its sign on the way here, so texts must be texts.
func (s Setting) text(raw any) (string, error) {
	switch v := raw.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case int, bool:
		if s.kind() == "a text" {
			return "", errValue
		}
		return fmt.Sprint(v), nil
	case []any:
		words := make([]string, 0, len(v))
		for _, word := range v {
			words = append(words, fmt.Sprint(word))
		}
		return strings.Join(words, ","), nil
	}
	return "", errValue
}

// complaint is the sentence about a value that is not allowed, with the reason if err has one.
func (v Value) complaint(raw any, err error) string {
	shown := fmt.Sprintf("%q", v.Text)
	switch _, isText := raw.(string); {
	case v.Text == "" && raw != nil && !isText:
		shown = "not a text in quotes"
	case strings.TrimSpace(v.Text) == "":
		shown = "set but empty"
	case v.Secret:
		shown = "not usable"
	}
	why := ""
	if found := reason(""); errors.As(err, &found) {
		why = ": " + string(found)
	}
	return fmt.Sprintf("The setting %s (%s) is %s in the %s%s; it must be %s.", v.Key, v.Names(), shown, v.Origin, why, v.Allowed())
}
