package maintain_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/maintain"
)

// shelf is a store with so many payloads and messages to drop.
type shelf struct {
	payloads, messages, rounds int
	before                     time.Time
	broken                     error // of Expire
	stuck                      error // of Purge
}

func (s *shelf) Expire(_ context.Context, _ time.Time, n int) (int, error) {
	s.rounds++
	return take(&s.payloads, n), s.broken
}

func (s *shelf) Purge(_ context.Context, before, _ time.Time, n int) (int, error) {
	s.before = before
	return take(&s.messages, n), s.stuck
}

func take(from *int, n int) int {
	n = min(n, *from)
	*from -= n
	return n
}

func TestEverythingThatIsDueGoesInBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{payloads: 1234, messages: 567}
		now := clock.Clock{}.Now()

		err := maintain.New(s, time.Hour, clock.Func(func() time.Time { return now }), slog.New(slog.DiscardHandler)).RunOnce(t.Context())

		if err != nil || s.payloads+s.messages != 0 || s.rounds < 3 || !s.before.Equal(now.Add(-time.Hour)) {
			t.Errorf("%v, left %+v", err, s)
		}
	})
}

func TestChoreThatFailsDoesNotKeepTheNextFromBeingDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{messages: 10, broken: errors.New("no")}

		err := maintain.New(s, time.Hour, clock.Clock{}, slog.New(slog.DiscardHandler)).RunOnce(t.Context())

		if !errors.Is(err, s.broken) || s.messages != 0 {
			t.Errorf("%v, left %+v", err, s)
		}
	})
}

func TestChoresAreDoneEveryMinuteUntilTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{broken: errors.New("no")}
		service := maintain.New(s, time.Hour, clock.Clock{}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+time.Second)
		defer cancel()

		err := service.Run(ctx)
		<-service.Ready()

		if err != nil || s.rounds != 11 {
			t.Errorf("%v after %d rounds", err, s.rounds)
		}
	})
}

func TestDatabaseThatIsAwayIsWarnedOfAndAnythingElseIsAnError(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "database_away", "It is away.")
	for name, c := range map[string]struct {
		expire, purge error
		want          string
	}{
		"away":                       {away, away, "WARN"},
		"one away, the other well":   {away, nil, "WARN"},
		"broken":                     {errors.New("syntax"), nil, "ERROR"},
		"one away, the other broken": {away, errors.New("syntax"), "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()

				err := maintain.New(&shelf{broken: c.expire, stuck: c.purge}, time.Hour, clock.Clock{}, slog.New(slog.NewTextHandler(&said, nil))).Run(ctx)

				if err != nil || strings.Count(said.String(), "level=") != 1 || !strings.Contains(said.String(), "level="+c.want) {
					t.Errorf("%v, it said %s", err, &said)
				}
			})
		})
	}
}
