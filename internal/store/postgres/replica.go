package postgres

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

const (
	// replicaPatience is how long a replica may take to be reached. A list waits for that, once in replicaPause.
	replicaPatience = 2 * time.Second
	// replicaPause is how long the primary is read after a replica failed.
	replicaPause = 10 * time.Second
)

// replica is where lists and history are read, unless it is away.
type replica struct {
	clock clock.Clock
	log   *slog.Logger
	pool  *pgxpool.Pool // nil without one
	retry atomic.Int64  // the steady time from which on it is tried again; zero while it answers
}

// usable reports whether the replica is to be asked.
func (r *replica) usable() bool {
	return r.pool != nil && (r.retry.Load() == 0 || int64(r.clock.Steady()) >= r.retry.Load())
}

// failed notes that the replica cannot be read, at most once in replicaPause in the log.
func (r *replica) failed(ctx context.Context, err error) {
	now := r.clock.Steady()
	before := r.retry.Load()
	if (before == 0 || int64(now) >= before) && r.retry.CompareAndSwap(before, int64(now+replicaPause)) {
		r.log.WarnContext(ctx, "reading the replica failed; reading the primary instead", "retry_after", replicaPause, "error", err)
	}
}

// answered notes that the replica can be read.
func (r *replica) answered(ctx context.Context) {
	if before := r.retry.Load(); before != 0 && r.retry.CompareAndSwap(before, 0) {
		r.log.InfoContext(ctx, "the replica answers again")
	}
}

// reading runs do on the replica, and on the primary while there is none or it is away. do may be called twice.
func (s *Store) reading(ctx context.Context, doing string, do func(*pgxpool.Pool) error) error {
	if !s.replica.usable() {
		return translate(doing, do(s.read))
	}
	err := translate(doing, do(s.replica.pool))
	switch {
	case ctx.Err() != nil: // the caller gave up, which says nothing about the replica
		return err
	case fault.KindOf(err) != fault.Unavailable:
		s.replica.answered(ctx)
		return err
	}
	s.replica.failed(ctx, err)
	return translate(doing, do(s.read))
}
