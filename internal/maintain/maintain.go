// Package maintain does the chores that keep a store from only growing: payloads and history go when
// their time is over, in batches small enough that nobody who publishes notices.
package maintain

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

// Store is what the chores are done on.
type Store interface {
	Expire(ctx context.Context, now time.Time, n int) (int, error)
	Purge(ctx context.Context, before, now time.Time, n int) (int, error)
}

const (
	batch    = 500                  // rows at a time
	interval = time.Minute          // between rounds
	breath   = 5 * time.Millisecond // between batches, so that they share the writer
)

// Service does the chores.
type Service struct {
	Store     Store
	Retention time.Duration // of messages and attempts
	Clock     clock.Clock
	Log       *slog.Logger

	ready chan struct{}
}

// New returns the service; Retention says how long history is kept.
func New(s Store, retention time.Duration, c clock.Clock, log *slog.Logger) *Service {
	return &Service{Store: s, Retention: retention, Clock: c, Log: log, ready: make(chan struct{})}
}

// Ready is closed once the service runs.
func (s *Service) Ready() <-chan struct{} { return s.ready }

// Run does a round of chores every minute until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	close(s.ready)
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			s.Log.Log(ctx, level(err), "a chore failed; it is tried again in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

// level is how loud a failure is told: a database that is away comes back by itself.
func level(err error) slog.Level {
	if fault.Passing(err) {
		return slog.LevelWarn
	}
	return slog.LevelError
}

// RunOnce does everything that is due now. A chore that fails does not keep the next from being done.
func (s *Service) RunOnce(ctx context.Context) error {
	now := s.Clock.Now()
	return errors.Join(
		repeat(ctx, func() (int, error) { return s.Store.Expire(ctx, now, batch) }),
		repeat(ctx, func() (int, error) { return s.Store.Purge(ctx, now.Add(-s.Retention), now, batch) }),
	)
}

// repeat does a chore until nothing is left of it.
func repeat(ctx context.Context, chore func() (int, error)) error {
	for ctx.Err() == nil {
		n, err := chore()
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(breath):
		}
	}
	return ctx.Err()
}
