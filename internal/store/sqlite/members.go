package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/store"
)

// Renew implements store.Members. Nobody else can open the file, so the run lives as long as it works.
func (s *Store) Renew(_ context.Context, held store.Held) error {
	s.member.Lock()
	defer s.member.Unlock()
	s.self.Held, s.self.SeenAt = held, s.clock.Now()
	return nil
}

// Members implements store.Members: this run is alone.
func (s *Store) Members(context.Context) ([]store.Member, error) {
	s.member.Lock()
	defer s.member.Unlock()
	if s.self.Key == 0 {
		return nil, nil
	}
	return []store.Member{s.self}, nil
}

// Fence implements store.Members: there are no others.
func (s *Store) Fence(context.Context, []store.Member) (int, error) { return 0, nil }

// Bury implements store.Members: Begin has done it.
func (s *Store) Bury(context.Context) (int, error) { return 0, nil }

// Follow implements store.Feed: this run knows what it changed itself, and nobody else changes anything
// but tokens, which are not believed for long.
func (s *Store) Follow(ctx context.Context, _ func(store.Change)) { <-ctx.Done() }

// join remembers who this run is.
func (s *Store) join(run store.Run) {
	s.member.Lock()
	defer s.member.Unlock()
	now := s.clock.Now()
	s.self = store.Member{Run: run, StartedAt: now, SeenAt: now, Own: true}
}
