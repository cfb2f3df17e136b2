package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/store"
)

// Alone implements store.Archive. The lock is a transaction's, which does nothing else: one that a session holds would be
// lost in a pool of connections.
func (s *Store) Alone(ctx context.Context) (release func(), err error) {
	if s.stopped() {
		return nil, errStopped()
	}
	tx, err := s.prompt.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginWrite + "; " + patientLock})
	if err != nil {
		return nil, translate("begin to restore", err)
	}
	release = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		_ = tx.Rollback(ctx) // nothing was written; the lock ends with the connection at the latest
	}
	var mine bool
	err = tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1, $2)", lockClass, importing).Scan(&mine)
	if err == nil && !mine {
		err = store.ErrRestoring()
	}
	if err != nil {
		release()
		return nil, translate("begin to restore", err)
	}
	return release, nil
}
