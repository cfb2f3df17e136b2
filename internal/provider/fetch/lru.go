package fetch

// lru is a map with room for so many. What was used least recently makes room: forgers name an address once, webhooks
// name theirs again and again. It is not safe for concurrent use.
type lru[V any] struct {
	most  int
	turn  uint64 // grows with each use
	items map[string]*item[V]
}

type item[V any] struct {
	value V
	used  uint64
}

func newLRU[V any](most int) *lru[V] { return &lru[V]{most: most, items: map[string]*item[V]{}} }

func (s *lru[V]) get(key string) (V, bool) {
	one, ok := s.items[key]
	if !ok {
		var none V
		return none, false
	}
	s.turn++
	one.used = s.turn
	return one.value, true
}

func (s *lru[V]) put(key string, value V) {
	if _, there := s.items[key]; !there && len(s.items) >= s.most {
		delete(s.items, s.oldest())
	}
	s.turn++
	s.items[key] = &item[V]{value, s.turn}
}

// oldest returns the key that was used longest ago. There are a few hundred at most, so they are simply looked through.
func (s *lru[V]) oldest() string {
	key, used := "", s.turn+1
	for k, one := range s.items {
		if one.used < used {
			key, used = k, one.used
		}
	}
	return key
}
