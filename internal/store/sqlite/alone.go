package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/store"
)

// Alone implements store.Archive. Other programs are kept away by the lock of the data directory.
func (s *Store) Alone(context.Context) (release func(), err error) {
	if !s.restoring.TryLock() {
		return nil, store.ErrRestoring()
	}
	return s.restoring.Unlock, nil
}
