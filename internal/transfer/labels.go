package transfer

import (
	"fmt"
	"slices"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// goneMark begins the name of a deleted endpoint whose id is not kept any more: its attempts stay readable through
// their messages, so it differs from all others.
const goneMark = "gone-"

// labels are the names of endpoints in the stream, unique within an application.
type labels struct {
	known map[hook.Key]string   // ids of those that exist
	of    map[hook.Key]hook.Key // their applications
	gone  map[hook.Key]string   // names of the deleted ones: ids that are kept, and numbers as the others come up

	unnamed int // how many of gone have a number
}

func newLabels() *labels {
	return &labels{known: map[hook.Key]string{}, of: map[hook.Key]hook.Key{}, gone: map[hook.Key]string{}}
}

func (l *labels) add(e hook.Endpoint) string {
	l.known[e.Key], l.of[e.Key] = id.Endpoint.Text(e.ID), e.ApplicationKey
	return l.known[e.Key]
}

func (l *labels) addDeleted(d store.DeletedEndpoint) string {
	l.gone[d.Key] = id.Endpoint.Text(d.ID)
	return l.gone[d.Key]
}

func (l *labels) exists(endpoint hook.Key) bool { return l.known[endpoint] != "" }

// name returns what the endpoint is called.
func (l *labels) name(endpoint hook.Key) string {
	if name, there := l.known[endpoint]; there {
		return name
	}
	if l.gone[endpoint] == "" {
		l.unnamed++
		l.gone[endpoint] = fmt.Sprintf("%s%d", goneMark, l.unnamed)
	}
	return l.gone[endpoint]
}

// names returns what the endpoints are called, sorted: the order of keys means nothing in another database.
func (l *labels) names(endpoints []hook.Key) []string {
	names := make([]string, len(endpoints))
	for i, endpoint := range endpoints {
		names[i] = l.name(endpoint)
	}
	slices.Sort(names)
	return names
}

// truncations are the names of hook.Truncation.
func truncations() []string { return []string{"", "limit", "broken_off"} }
