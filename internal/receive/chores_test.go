package receive_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/receive"
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
