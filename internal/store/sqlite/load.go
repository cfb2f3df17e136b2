package sqlite

import "github.com/posthorn/posthorn/internal/store"

// Load implements store.Store.
func (s *Store) Load() store.Load {
	return store.Load{
		Waits:       s.writer.queues.Waits(),
		Connections: s.writer.db.Stats().InUse + s.read.Stats().InUse + s.prompt.Stats().InUse,
	}
}
