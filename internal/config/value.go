package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errValue = errors.New("not allowed")

// set reads text into the setting's field of c.
func (s Setting) set(c *Config, text string) error {
	field := reflect.ValueOf(c).Elem().Field(s.field)
	if text == "" && !s.required && s.Default == "" {
		return nil // unset in so many words, as a compose file's ${NAME:-} does
	}
	if s.required && strings.TrimSpace(text) == "" {
		return errValue
	}
	if s.one != nil && !slices.Contains(s.one, text) {
		return errValue
	}
	if err := parse(field, text); err != nil {
		return err
	}
	return s.checkLimits(field)
}

// parse reads text into a field by the field's type.
func parse(field reflect.Value, text string) error {
	switch target := field.Addr().Interface().(type) {
	case *time.Duration:
		return parseInto(target, text, parseDuration)
	case *int:
		return parseInto(target, text, strconv.Atoi)
	case *bool:
		return parseInto(target, text, strconv.ParseBool)
	case *string:
		*target = text
		return nil
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	}
	panic(fmt.Sprintf("config: a setting of type %s cannot be read", field.Type()))
}

func parseInto[T any](target *T, text string, parse func(string) (T, error)) error {
	value, err := parse(text)
	if err == nil {
		*target = value
	}
	return err
}

func (s Setting) checkLimits(field reflect.Value) error {
	if s.min == "" {
		return nil
	}
	limit := func(text string) int64 {
		value := reflect.New(s.typ).Elem()
		if err := parse(value, text); err != nil {
			panic(fmt.Sprintf("config: limit of %s: %v", s.Key, err))
		}
		return value.Int()
	}
	if field.Int() < limit(s.min) || field.Int() > limit(s.max) {
		return errValue
	}
	return nil
}

// parseDuration reads what time.ParseDuration reads, and whole days such as "90d".
func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 15)
		return time.Duration(n) * 24 * time.Hour, err //nolint:gosec // at most 15 bits
	}
	return time.ParseDuration(text)
}
