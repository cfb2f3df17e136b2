package receive_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

func TestStuckIsLookedForEveryRoundAndWhatIsOverNowAndThen(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.add(t, "another")
	chores := receive.NewChores(in.memory, receive.DefaultPeriods(), clock.Func(in.time), slog.New(slog.DiscardHandler))

	for range 15 {
		check(t, chores.RunOnce(t.Context()))
	}

	if got := in.memory.stuck; len(got) != 15 || !got[0].Equal(noon().Add(-time.Hour)) {
		t.Errorf("looked for what is stuck since %v", got)
	}
	if want := []hook.Key{1, 2, 0}; !slices.Equal(in.memory.purged, want) {
		t.Errorf("purged %v, want %v", in.memory.purged, want)
	}
}

func TestSourceSaysHowLongItsWebhooksAreKept(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Rules.Keep.Done = time.Hour })

	check(t, receive.NewChores(in.memory, receive.DefaultPeriods(), clock.Func(in.time), slog.New(slog.DiscardHandler)).RunOnce(t.Context()))

	const day = 24 * time.Hour
	if own, common := in.memory.lives[0], in.memory.lives[1]; own.Done != time.Hour || own.New != 90*day || common.Done != 30*day {
		t.Errorf("got %v and %v", own, common)
	}
}

// failing is a store whose chores fail.
type failing struct {
	receive.Keeper
	err error
}

func (f failing) ReturnStuck(context.Context, time.Time, time.Time, int) (int, error) {
	return 0, f.err
}

func (f failing) PullInReceived(context.Context, store.Waits, time.Time) (int, error) {
	return 0, f.err
}

func (f failing) ListSources(context.Context, hook.Key, store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
	return store.List[hook.Source, id.ID]{}, f.err
}

func TestStoreThatIsAwayIsWarnedOfAndAnythingElseIsAnError(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{"WARN": fault.New(fault.Unavailable, "database_away", "It is away."), "ERROR": errors.New("syntax")} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				chores := receive.NewChores(failing{err: err}, receive.DefaultPeriods(), clock.Clock{}, slog.New(slog.NewTextHandler(&said, nil)))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()

				check(t, chores.Run(ctx))

				if strings.Count(said.String(), "level=") != 1 || !strings.Contains(said.String(), "level="+want) {
					t.Errorf("it said %s", &said)
				}
			})
		})
	}
}
