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

// errValue is the error about a value of which nothing better can be said than what is allowed.
var errValue = errors.New("not allowed")

// reason is the error about a value of which it can be said what is wrong: half a sentence, which comes
// between the value and what is allowed.
type reason string

func (r reason) Error() string { return string(r) }

func reasonf(format string, args ...any) error { return reason(fmt.Sprintf(format, args...)) }

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

// aDuration says what a duration looks like.
const aDuration = "a duration such as 500ms, 15s, 10m, 2h or 90d"

// ParseDuration reads a duration as the settings do, for a flag that is no setting. Its error says what is allowed.
func ParseDuration(text string) (time.Duration, error) {
	value, err := parseDuration(text)
	if err != nil {
		return 0, errors.New("it must be " + aDuration)
	}
	return value, nil
}
