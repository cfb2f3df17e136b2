package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posthorn/posthorn/internal/store"
)

// Load implements store.Store.
func (s *Store) Load() store.Load {
	l := store.Load{Waits: s.queues.Waits()}
	for _, pool := range []*pgxpool.Pool{s.prompt, s.hot, s.read, s.replica.pool} {
		if pool == nil {
			continue
		}
		l.Connections += int(pool.Stat().AcquiredConns())
	}
	return l
}

// observe tells the observer how a transaction that writes ended.
func (s *Store) observe(began time.Duration, err error) {
	if s.observer != nil {
		s.observer.Committed(s.clock.Steady()-began, err)
	}
}
