package receive

import (
	"errors"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// untyped is the event type of a webhook whose provider names none.
const untyped = "webhook"

// EventType returns the event type of a message that is made of a webhook: the rule's prefix and what the provider
// calls it, in letters that event types have. Shopify's "orders/create" becomes "orders.create".
func EventType(prefix, declared string) string {
	name := strings.Map(plain, declared)
	name = strings.Trim(name, "._")
	if name == "" {
		name = untyped
	}
	whole := prefix + name
	return whole[:min(len(whole), hook.MaxName)]
}

func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return r
	case r == '/' || r == ':':
		return '.'
	}
	return '_'
}

// wanted reports whether the rule lets a type through, under the provider's name for it or under ours.
func wanted(f hook.Forward, declared, eventType string) bool {
	return len(f.EventTypes) == 0 || slices.Contains(f.EventTypes, declared) || slices.Contains(f.EventTypes, eventType)
}

// wantedAmong reports whether the rule lets one of the types of a batch through.
func wantedAmong(f hook.Forward, declared []string) bool {
	return slices.ContainsFunc(declared, func(kind string) bool { return wanted(f, kind, EventType(f.Prefix, kind)) })
}

// detailOf returns the sentence of an error that is fit for people.
func detailOf(err error) string { return detailOr(err, "It could not be processed.") }

// detailOr returns the sentence of an error, or another one where it has none.
func detailOr(err error, other string) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Detail
	}
	return other
}
