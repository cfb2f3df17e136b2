package walk

import (
	"slices"

	"github.com/posthorn/posthorn/internal/store"
)

// Topic is what a filter may ask about a message.
type Topic struct {
	EventType string
	Channels  []string
	Tags      []string
}

// Fits reports whether the message has one of the event types and the channel, as far as they are asked for.
func (t Topic) Fits(eventTypes []string, channel, tag string) bool {
	return (len(eventTypes) == 0 || slices.Contains(eventTypes, t.EventType)) &&
		(channel == "" || slices.Contains(t.Channels, channel)) &&
		(tag == "" || slices.Contains(t.Tags, tag))
}

// Keeps reports whether the filter keeps what has this topic, verdict and HTTP status.
func Keeps(f store.AttemptFilter, about Topic, verdict store.Status, status int) bool {
	return about.Fits(f.EventTypes, f.Channel, f.Tag) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, verdict)) &&
		(f.StatusClass == nil || *f.StatusClass == status/100*100)
}
