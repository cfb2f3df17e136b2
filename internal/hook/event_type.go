package hook

import "time"

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
