package postgres

import "time"

// Tolerate lets a store begin and purge by any clock.
func Tolerate(s *Store) { s.skew = 100 * 365 * 24 * time.Hour }

// LimitGroup makes groups of at most n: what commits of one's own cost.
func LimitGroup(s *Store, n int) {
	s.publisher.most, s.receiver.most, s.concluder.most = n, n, n
	for _, settler := range s.settlers {
		settler.most = n
	}
}

// UseSettlers replaces the writers of settlements by n. Nothing may be at work.
func UseSettlers(s *Store, n int) {
	for _, settler := range s.settlers {
		settler.close()
	}
	s.settlers = nil
	s.startSettlers(n)
}
