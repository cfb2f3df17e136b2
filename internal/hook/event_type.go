package hook

import (
	"cmp"
	"strconv"
	"time"
)

// EventType is a named kind of message. Its name is its identity.
type EventType struct {
	Name        string
	Description string
	Group       string // what it belongs with where people choose; empty for none
	FeatureFlag string // who may see it in a portal; empty is everybody
	Schemas     []byte // JSON object from version to JSON Schema; nil if none
	Enforced    bool   // payloads must match the newest schema when they are published
	Archived    bool   // out of use: hidden from lists, and no new message may have it
	Deprecated  bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// CompareVersions orders the versions of an event type's schemas: "9" before "10", and any other text
// before a number. The last in this order is the newest.
func CompareVersions(a, b string) int {
	left, errLeft := strconv.Atoi(a)
	right, errRight := strconv.Atoi(b)
	switch {
	case errLeft == nil && errRight == nil:
		return cmp.Or(cmp.Compare(left, right), cmp.Compare(a, b)) // "1" and "01" are two keys
	case errLeft == nil:
		return 1
	case errRight == nil:
		return -1
	}
	return cmp.Compare(a, b)
}
