package app

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/app/group"
)

// partitioned is a store whose tables are divided by days.
type partitioned interface {
	// Partitions returns when the last day ends, and whether this run can make more of them.
	Partitions(ctx context.Context) (until time.Time, makes bool, err error)
}

// partitionsEvery is how often the partitions are looked at.
const partitionsEvery = 24 * time.Hour

// partitionWatch warns in the log that partitions end and that this node cannot make more. The date is known weeks before:
// from then on every publish is refused.
type partitionWatch struct {
	*base
	store partitioned
	ready chan struct{}
}

// partitionWatches returns the watch of the partitions, if the database has any.
func (p *parts) partitionWatches() []group.Named {
	store, ok := p.store.(partitioned)
	if !ok {
		return nil
	}
	ready := make(chan struct{})
	close(ready)
	return []group.Named{{Name: "partitions", Service: &partitionWatch{base: p.base, store: store, ready: ready}}}
}

// Ready implements group.Service.
func (w *partitionWatch) Ready() <-chan struct{} { return w.ready }

// Run implements group.Service.
func (w *partitionWatch) Run(ctx context.Context) error {
	ticks := time.NewTicker(partitionsEvery)
	defer ticks.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (w *partitionWatch) look(ctx context.Context) {
	until, makes, err := w.store.Partitions(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		w.Log.WarnContext(ctx, "cannot read the partitions", "error", err)
	case err == nil && !makes:
		w.Log.WarnContext(ctx, "database role cannot make partitions: publishes are refused once they end; "+
			"run posthorn migrate up --partitions-ahead 90d as the owner of the tables before", "end", until)
	}
}
