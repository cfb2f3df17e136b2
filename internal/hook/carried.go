package hook

import (
	"maps"
	"slices"
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

// Carried is what a message has beside its payload. What was published here carries nothing; what was made of a
// received webhook may.
type Carried struct {
	Headers map[string][]string // of the webhook, by canonical name; nil if none go along
	Hops    int                 // Posthorns that the webhook has passed through
}

// Carry returns what a message with these headers carries. Headers that exceed the limits are left out whole: in the
// order of their names, so that every message of a sender loses the same ones.
func Carry(headers map[string][]string, hops int) Carried {
	c := Carried{Hops: max(hops, 0)}
	count, size := 0, 0
	for _, name := range slices.Sorted(maps.Keys(headers)) {
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
func (c Carried) IsZero() bool { return c.Hops == 0 && len(c.Headers) == 0 }

// carriedCost is about what a header takes in memory beside its text.
const carriedCost = 64

// Size returns about how many bytes it takes in memory.
func (c Carried) Size() int {
	size := 0
	for name, values := range c.Headers {
		size += carriedCost + len(name)
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}
