package config

import (
	"os"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// fileFlag names the flag and, in capitals behind the prefix, the variable of the YAML file's path. It
// is no setting, since it cannot stand in the file.
const fileFlag = "config"

// AddFlags gives flags for the settings with these keys, or for all without keys, and --config.
func AddFlags(flags *pflag.FlagSet, keys ...string) {
	flags.String(fileFlag, "", "YAML file with settings ($"+prefix+"CONFIG)")
	for _, s := range Settings() {
		if s.Flag == "" || len(keys) > 0 && !slices.Contains(keys, s.Key) {
			continue
		}
		value := &flagValue{text: s.Default, kind: s.word()}
		flag := flags.VarPF(value, s.Flag, "", s.Doc+" ($"+s.Variable+")")
		if s.typ == reflect.TypeFor[bool]() {
			flag.NoOptDefVal = "true"
		}
	}
}

// SwitchBefore returns the switch that a stray argument was meant for, such as "--allow-http" for the "false"
// of "--allow-http false", and nothing if it was meant for none. A switch takes a value only behind an equals
// sign, so that it can stand alone.
func SwitchBefore(flags *pflag.FlagSet, argument string) string {
	found := ""
	if _, err := strconv.ParseBool(argument); err != nil {
		return found
	}
	flags.Visit(func(f *pflag.Flag) {
		if f.NoOptDefVal == "true" && f.Value.String() == f.NoOptDefVal {
			found = "--" + f.Name
		}
	})
	return found
}

// Environment returns the environment of the process.
func Environment() []string { return os.Environ() }

// flagValue takes any text; Load checks it together with the other layers.
type flagValue struct{ text, kind string }

func (v *flagValue) String() string        { return v.text }
func (v *flagValue) Set(text string) error { v.text = text; return nil }
func (v *flagValue) Type() string          { return v.kind }

// word names the setting's type in the help.
func (s Setting) word() string {
	switch s.typ {
	case reflect.TypeFor[time.Duration]():
		return "duration"
	case reflect.TypeFor[Size]():
		return "size"
	case reflect.TypeFor[int]():
		return "number"
	case reflect.TypeFor[bool]():
		return "bool" // pflag leaves it out
	case reflect.TypeFor[Networks](), reflect.TypeFor[Schedule]():
		return "list"
	}
	return "text"
}
