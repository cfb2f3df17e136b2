package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// How much Check writes. A row or two fits into what is left of a page and of the WAL long after a publish does
// not, so it writes what some publishes need, and after a refusal as much as was refused, up to a bound.
const (
	leastProbe = 64 << 10
	mostProbe  = 4 << 20
)

// Check implements store.Keeper. A disk that hangs holds up the writer and not who asks.
func (s *Store) Check(ctx context.Context, now time.Time) error {
	if err := s.Intact(); err != nil {
		return err
	}
	if err := s.writer.queues.Stuck(); err != nil {
		return err
	}
	job := &work{done: make(chan error, 1), do: func(t *tx) error {
		return t.exec(`INSERT INTO heartbeat VALUES (1, ?, randomblob(?))
			ON CONFLICT DO UPDATE SET at = excluded.at, room = excluded.room`, now.UnixMicro(), t.w.probe())
	}}
	if !s.writer.gather(func(g *group) { g.checks = append(g.checks, job) }) {
		return errStopped()
	}
	select {
	case err := <-job.done:
		return translate("write to the database", err)
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "data_slow", "The database did not take a write in time.").Because(context.Cause(ctx))
	}
}

// probe returns how many bytes a check is to write now.
func (w *writer) probe() int { return min(max(leastProbe, w.refused), mostProbe) }

// check runs a check alone: it must not take down a group that there was room for.
func (w *writer) check(ctx context.Context, job *work) {
	alone := group{works: []*work{job}}
	err := w.transact(ctx, &alone)
	if err == nil && job.err == nil {
		w.refused = 0
	}
	alone.answer(err)
}

// bytes returns about how much the group writes.
func (g *group) bytes() int {
	const each = 1 << 10 // the row, its place in the indexes, and what else a member changes
	total := each * g.size()
	for _, p := range g.publications {
		total += len(p.Message.Payload)
	}
	for _, s := range g.settlements {
		if s.Attempt != nil {
			total += len(s.Attempt.Response)
		}
	}
	for _, a := range g.arrivals {
		total += len(a.Received.Body)
	}
	return total
}
