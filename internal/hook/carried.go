package hook

import (
	"maps"
	"mime"
	"slices"
	"strings"
)

// Limits of what a message carries beside its payload. They are about those of the headers that an endpoint's owner
// may add, so that a request stays one that any receiver takes.
const (
	MaxCarriedHeaders = 64 // values
	MaxCarriedBytes   = 16 << 10
	MaxCarriedValue   = 4 << 10
)

// MaxHops is how many Posthorns a webhook may have passed through and still be taken in.
const MaxHops = 7

// Carried is what a message has beside its payload. Most published messages carry nothing.
type Carried struct {
	Headers     map[string][]string // of the webhook, by canonical name; nil if none go along
	Hops        int                 // Posthorns that the webhook has passed through
	ContentType string              // Content-Type that the payload is sent under; empty means DefaultContentType and a payload that is JSON
}

// DefaultContentType is the Content-Type of payloads that were published without one.
const DefaultContentType = "application/json"

// maxContentType is the longest Content-Type of a message, in bytes.
const maxContentType = 256

// ValidContentType reports whether value can be sent as the Content-Type of a payload: a media type with optional
// parameters (RFC 9110, section 8.3.1), in at most 256 bytes of printable ASCII.
func ValidContentType(value string) bool {
	kind, _, err := mime.ParseMediaType(value)
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	return err == nil && strings.Contains(kind, "/") && len(value) <= maxContentType && !strings.ContainsFunc(value, unprintable)
}

// Carry returns what a message with these headers carries. Headers that exceed the limits are left out whole: in the
// order of their names, so that every message of a sender loses the same ones. The named ones come first.
func Carry(headers map[string][]string, hops int, first ...string) Carried {
	c := Carried{Hops: max(hops, 0)}
	count, size := 0, 0
	for _, name := range slices.Concat(first, slices.Sorted(maps.Keys(headers))) {
		if _, done := c.Headers[name]; done {
			continue
		}
		values := headers[name]
		added, fits := sizeOf(name, values)
		if !fits || count+len(values) > MaxCarriedHeaders || size+added > MaxCarriedBytes {
			continue
		}
		if c.Headers == nil {
			c.Headers = map[string][]string{}
		}
		c.Headers[name], count, size = values, count+len(values), size+added
	}
	return c
}

// sizeOf returns the bytes of a header, and whether each of its values may be carried.
func sizeOf(name string, values []string) (size int, fits bool) {
	for _, value := range values {
		if len(value) > MaxCarriedValue {
			return 0, false
		}
		size += len(name) + len(value)
	}
	return size, len(values) > 0
}

// IsZero reports whether nothing is carried.
func (c Carried) IsZero() bool { return c.Hops == 0 && len(c.Headers) == 0 && c.ContentType == "" }

// carriedCost is about what a header takes in memory beside its text.
const carriedCost = 64

// Size returns about how many bytes it takes in memory.
func (c Carried) Size() int {
	size := len(c.ContentType)
	for name, values := range c.Headers {
		size += carriedCost + len(name)
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}
