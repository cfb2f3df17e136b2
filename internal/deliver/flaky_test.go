package deliver_test

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// flag breaks a store, and counts how often that was noticed.
type flag struct {
	atomic.Bool
	hits atomic.Int64
}

// flakyStore is a store that can be broken: it then refuses to settle, and reads back without payloads.
type flakyStore struct {
	*sqlite.Store
	broken *flag
}

func flaky(broken *flag) func(*house) {
	return func(h *house) { h.wrap = func(s *sqlite.Store) deliver.Store { return flakyStore{s, broken} } }
}

func plain(s *sqlite.Store) deliver.Store { return s }

func errDiskFull() error { return errors.New("the disk is full") }

func (f flakyStore) Settle(ctx context.Context, s store.Settlement) error {
	if f.broken.Load() {
		f.broken.hits.Add(1)
		return errDiskFull()
	}
	return f.Store.Settle(ctx, s)
}

// Lease takes the rows and then cannot read what belongs to them, as a store whose reader fails.
func (f flakyStore) Lease(ctx context.Context, endpoint hook.Key, now time.Time, n int) ([]store.Leased, error) {
	leased, err := f.Store.Lease(ctx, endpoint, now, n)
	if err == nil && len(leased) > 0 && f.broken.Load() {
		f.broken.hits.Add(1)
		for i := range leased {
			leased[i].Message.Payload = nil
		}
		return leased, errDiskFull()
	}
	return leased, err
}

// slowReplayStore replays one at a time, and goes on only when that has failed again: a slow recovery of an
// endpoint that fails fast.
type slowReplayStore struct{ *sqlite.Store }

func slowReplay(h *house) { h.wrap = func(s *sqlite.Store) deliver.Store { return slowReplayStore{s} } }

func (f slowReplayStore) ReplayFailed(
	ctx context.Context, endpoint, after hook.Key, from, until id.ID, _ int, now time.Time,
) (int, hook.Key, error) {
	for ctx.Err() == nil {
		_, waits, err := f.NextDue(ctx, endpoint)
		counts, errCounts := f.Counts(ctx, endpoint, now.Add(-time.Hour), now.Add(time.Hour))
		if err := errors.Join(err, errCounts); err != nil {
			return 0, 0, err
		}
		if !waits && counts.Sending == 0 {
			break
		}
	}
	return f.Store.ReplayFailed(ctx, endpoint, after, from, until, 1, now)
}
