package directory

import (
	"cmp"
	"slices"
	"sync"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Snapshot is an application with its endpoints at one moment. It never changes.
type Snapshot struct {
	Application hook.Application
	Routes      []*Route // rising by key

	mu    sync.RWMutex
	lists map[string][]hook.Key // from an event type to the targets of messages without channels
	kept  int                   // keys in all lists
}

// Bounds of the lists of targets that a snapshot remembers: in number, and in keys for each endpoint.
const (
	maxLists = 256
	maxKept  = 8
)

func (s *Snapshot) named(ref string) bool {
	return ref == s.Application.UID || ref == id.Application.Text(s.Application.ID)
}

// Route returns the endpoint with this key, nil if the application has none.
func (s *Snapshot) Route(endpoint hook.Key) *Route { return routeOf(s.Routes, endpoint) }

// routeOf finds an endpoint among routes that rise by key; nil if it is not there.
func routeOf(routes []*Route, endpoint hook.Key) *Route {
	at, ok := slices.BinarySearchFunc(routes, endpoint, func(r *Route, key hook.Key) int {
		return cmp.Compare(r.Endpoint.Key, key)
	})
	if !ok {
		return nil
	}
	return routes[at]
}

// Targets returns the keys of the endpoints that a message goes to, rising. The caller must not change
// the list: it is shared.
func (s *Snapshot) Targets(eventType string, channels []string) []hook.Key {
	if len(channels) > 0 {
		return s.route(eventType, channels)
	}
	s.mu.RLock()
	list, ok := s.lists[eventType]
	s.mu.RUnlock()
	if ok {
		return list
	}
	list = s.route(eventType, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lists == nil || len(s.lists) >= maxLists || s.kept > maxKept*len(s.Routes) {
		s.lists, s.kept = map[string][]hook.Key{}, 0
	}
	s.lists[eventType], s.kept = list, s.kept+len(list)
	return list
}

func (s *Snapshot) route(eventType string, channels []string) []hook.Key {
	var targets []hook.Key
	for _, r := range s.Routes {
		if r.Endpoint.Wants(eventType, channels) {
			targets = append(targets, r.Endpoint.Key)
		}
	}
	return targets
}

func setHealth(routes []*Route, endpoint hook.Key, h hook.Health) {
	if r := routeOf(routes, endpoint); r != nil {
		r.health.Store(&h)
	}
}
