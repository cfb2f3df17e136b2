package receive

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Keeper is what the chores are done on.
type Keeper interface {
	ListSources(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Source, id.ID], error)
	ReturnStuck(ctx context.Context, before, now time.Time, n int) (int, error)
	PullInReceived(ctx context.Context, w store.Waits, now time.Time) (int, error)
	PurgeReceived(ctx context.Context, source hook.Key, life store.ReceivedLife, now time.Time, n int) (int, error)
}

// Periods say how long received webhooks stay as they are.
type Periods struct {
	Stuck time.Duration      // processing, before it is new again (C46)
	Life  store.ReceivedLife // before they are removed, unless their source says otherwise (C55)
	Skew  time.Duration      // how far the clocks of nodes on the store may be apart
}

// DefaultPeriods are an hour of processing, and 90, 90 and 30 days.
func DefaultPeriods() Periods {
	const day = 24 * time.Hour
	return Periods{Stuck: time.Hour, Life: store.ReceivedLife{New: 90 * day, Failed: 90 * day, Done: 30 * day}}
}

const (
	choreBatch = 500
	choreEvery = time.Minute
	purgeEvery = 15                   // rounds
	breath     = 5 * time.Millisecond // between batches, so that they share the writer
)

// Chores bring back what is stuck and remove what is over.
type Chores struct {
	Keeper  Keeper
	Periods Periods
	Clock   clock.Clock
	Log     *slog.Logger

	ready chan struct{}
	round int
}

// NewChores returns the chores on k.
func NewChores(k Keeper, p Periods, c clock.Clock, log *slog.Logger) *Chores {
	return &Chores{Keeper: k, Periods: p, Clock: c, Log: log, ready: make(chan struct{})}
}

// Ready is closed once the service runs.
func (c *Chores) Ready() <-chan struct{} { return c.ready }

// Run does a round of chores every minute until ctx ends.
func (c *Chores) Run(ctx context.Context) error {
	close(c.ready)
	ticks := time.NewTicker(choreEvery)
	defer ticks.Stop()
	for {
		if err := c.RunOnce(ctx); err != nil && ctx.Err() == nil {
			c.Log.Log(ctx, level(err), "a chore of receiving failed; it is tried again in a minute", "error", err)
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

// clockSlack is how much longer than its wait a webhook may wait before that counts as the work of a wrong clock.
const clockSlack = time.Second

// waits returns how long webhooks may wait to be processed: not at all before the first time.
func (c *Chores) waits() store.Waits {
	return store.Waits{Longest: append([]time.Duration{0}, DefaultRetries()...), Slack: c.Periods.Skew + clockSlack}
}

// RunOnce brings back what is stuck or waits too long, as after a clock ran ahead, and, every few rounds, removes what is over.
func (c *Chores) RunOnce(ctx context.Context) error {
	now := c.Clock.Now()
	err := repeat(ctx, func() (int, error) { return c.Keeper.ReturnStuck(ctx, now.Add(-c.Periods.Stuck), now, choreBatch) })
	n, late := c.Keeper.PullInReceived(ctx, c.waits(), now)
	if n > 0 {
		c.Log.Warn("rescheduled received webhooks that waited too long to be processed", "webhooks", n)
	}
	err = errors.Join(err, late)
	if c.round++; c.round%purgeEvery != 1 {
		return err
	}
	return errors.Join(err, c.purge(ctx, now))
}

// purge removes what is over, source by source, and at last what has none any more.
func (c *Chores) purge(ctx context.Context, now time.Time) error {
	page := store.Page[id.ID]{Limit: pageOfAll, Ascending: true}
	for done := false; !done; {
		list, err := c.Keeper.ListSources(ctx, 0, page)
		if err != nil {
			return err
		}
		for _, s := range list.Items {
			if err := c.purgeOne(ctx, s.Key, c.lifeOf(s), now); err != nil {
				return err
			}
		}
		page.From, done = list.Last, list.Done || list.Last == nil
	}
	return c.purgeOne(ctx, 0, c.Periods.Life, now)
}

func (c *Chores) purgeOne(ctx context.Context, source hook.Key, life store.ReceivedLife, now time.Time) error {
	return repeat(ctx, func() (int, error) { return c.Keeper.PurgeReceived(ctx, source, life, now, choreBatch) })
}

// lifeOf returns what the source says, or else the server.
func (c *Chores) lifeOf(s hook.Source) store.ReceivedLife {
	life, own := c.Periods.Life, s.Rules.Keep
	if own.New > 0 {
		life.New = own.New
	}
	if own.Done > 0 {
		life.Done = own.Done
	}
	if own.Failed > 0 {
		life.Failed = own.Failed
	}
	return life
}

// repeat does a chore until a batch finds less than it might have.
func repeat(ctx context.Context, chore func() (int, error)) error {
	for ctx.Err() == nil {
		n, err := chore()
		if err != nil || n < choreBatch {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(breath):
		}
	}
	return ctx.Err()
}
