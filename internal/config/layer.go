package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/fault"
)

// layer is one place that settings come from. The last layer that has a key is its origin.
type layer struct {
	values *koanf.Koanf
	origin func(Setting) string
}

func newLayer(provider koanf.Provider, parser koanf.Parser, origin func(Setting) string) (layer, error) {
	values := koanf.New(".")
	err := values.Load(provider, parser)
	return layer{values: values, origin: origin}, err
}

// has returns the layer's raw value of a setting.
func (l layer) has(s Setting) (any, bool) {
	value, ok := l.values.All()[s.Key]
	return value, ok
}

func defaults() (layer, error) {
	values := map[string]any{}
	for _, s := range Settings() {
		if s.Default != "" {
			values[s.Key] = s.Default
		}
	}
	return newLayer(confmap.Provider(values, ""), nil, func(Setting) string { return "default" })
}

func fromFile(path string) (layer, error) {
	l, err := newLayer(file.Provider(path), yaml.Parser(), func(Setting) string { return "file " + path })
	if err == nil {
		return l, unknownKeys(l, path)
	}
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		return layer{}, unreadable(path, cause.Err)
	}
	return layer{}, fault.In("config", "config_malformed", "The settings file %s is not YAML: %s.", path, plain(err))
}

// unreadable is told from a wrong setting: the file is not there, or this user may not read it.
func unreadable(path string, cause error) error {
	kind := fault.Unavailable
	if errors.Is(cause, fs.ErrNotExist) {
		kind = fault.NotFound
	}
	return fault.New(kind, "config_unreadable", "The settings file %s cannot be read (%s); correct --config or %sCONFIG, or make it readable.",
		path, cause, prefix)
}

// plain makes one line of an error of the YAML parser. It quotes at most a key, never a value.
func plain(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

// unknownKeys refuses a file with a key that is no setting: it is our file, so it is a slip.
func unknownKeys(l layer, path string) error {
	keys := keys()
	for _, key := range l.values.Keys() {
		if !contains(keys, key) {
			return fault.In(key, "unknown_setting", "The settings file %s has the key %q, which is no setting%s",
				path, key, DidYouMean(key, keys))
		}
	}
	return nil
}

func fromEnvironment(environ []string) (layer, error) {
	provider := env.Provider("", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			return strings.ToLower(strings.TrimPrefix(name, prefix)), value
		},
	})
	return newLayer(provider, nil, func(s Setting) string { return "variable " + s.Variable })
}

// unknownVariables warns only: others name variables too, such as an orchestrator that announces a
// service called posthorn.
func unknownVariables(l layer) []string {
	var warnings []string
	known := append(variables(), otherVariables()...)
	for _, key := range l.values.Keys() {
		if name := prefix + strings.ToUpper(key); !contains(known, name) {
			warnings = append(warnings, fmt.Sprintf("The environment variable %s is no setting%s", name, DidYouMean(name, known)))
		}
	}
	return warnings
}

// fromFlags takes the flags that were given; the others are not a layer's business.
func fromFlags(flags *pflag.FlagSet) (layer, error) {
	values := map[string]any{}
	for _, s := range Settings() {
		if flag := flags.Lookup(s.Flag); s.Flag != "" && flag != nil && flag.Changed {
			values[s.Key] = flag.Value.String()
		}
	}
	return newLayer(confmap.Provider(values, ""), nil, func(s Setting) string { return "flag --" + s.Flag })
}
