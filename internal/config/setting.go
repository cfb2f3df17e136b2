package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/secret"
)

// prefix begins the name of every environment variable of ours.
const prefix = "POSTHORN_"

// Setting is one field of Config as its tags describe it.
type Setting struct {
	Key      string // in the YAML file
	Variable string // in the environment
	Flag     string // without dashes; empty if there is none
	Default  string
	Doc      string
	Secret   bool

	field    int
	typ      reflect.Type
	min, max string
	one      []string
	form     string
	required bool // set but empty is a mistake
}

// Settings returns all settings in the order of Config.
func Settings() []Setting {
	config := reflect.TypeFor[Config]()
	settings := make([]Setting, 0, config.NumField())
	for i := range config.NumField() {
		settings = append(settings, settingOf(config.Field(i), i))
	}
	return settings
}

func settingOf(field reflect.StructField, index int) Setting {
	tag := field.Tag.Get
	s := Setting{
		Key: tag("key"), Variable: prefix + strings.ToUpper(tag("key")), Default: tag("default"), Doc: tag("doc"),
		Secret: field.Type == reflect.TypeFor[secret.String](),
		field:  index, typ: field.Type, min: tag("min"), max: tag("max"), form: tag("form"), required: tag("empty") == "no",
	}
	if words := tag("one"); words != "" {
		s.one = strings.Split(words, ",")
	}
	switch flag := tag("flag"); flag {
	case "-":
	case "":
		s.Flag = strings.ReplaceAll(s.Key, "_", "-")
	default:
		s.Flag = flag
	}
	return s
}

// Names returns the flag, the variable and the key for people.
func (s Setting) Names() string {
	names := fmt.Sprintf("variable %s, key %s", s.Variable, s.Key)
	if s.Flag == "" {
		return names
	}
	return fmt.Sprintf("flag --%s, %s", s.Flag, names)
}

// Allowed returns what the setting may be, such as "a duration from 1s to 60s".
func (s Setting) Allowed() string {
	if s.one != nil {
		return strings.Join(s.one[:len(s.one)-1], ", ") + " or " + s.one[len(s.one)-1]
	}
	if s.form != "" {
		return s.form
	}
	return s.kind() + s.limits()
}

func (s Setting) kind() string {
	switch s.typ {
	case reflect.TypeFor[time.Duration]():
		return aDuration
	case reflect.TypeFor[Size]():
		return "a size such as 512KiB, 64MiB or 2GiB"
	case reflect.TypeFor[int]():
		return "a whole number"
	case reflect.TypeFor[bool]():
		return "true or false"
	}
	return "a text"
}

func (s Setting) limits() string {
	if s.min == "" {
		return ""
	}
	return fmt.Sprintf(", from %s to %s", s.min, s.max)
}
