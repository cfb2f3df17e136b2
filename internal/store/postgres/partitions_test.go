package postgres_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

const day = 24 * time.Hour

// at opens a store whose clock is wrong by so much, and begins its run.
func at(t *testing.T, url string, key hook.Key, wrong time.Duration) *postgres.Store {
	t.Helper()
	now := func() time.Time { return clock.Clock{}.Now().Add(wrong) }
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url, Clock: clock.Func(now)})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	postgres.Tolerate(s)
	check(t, s.Begin(t.Context(), store.Run{Key: key, Window: 64, Lease: time.Minute}, now()))
	return s
}

func publish(t *testing.T, s *postgres.Store, p store.Publication) hook.Message {
	t.Helper()
	receipt, err := s.Publish(t.Context(), p)
	check(t, err)
	return receipt.Message
}

func TestADayThatIsOverGoesAsAWhole(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	past, s := at(t, url, 1, -5*day), at(t, url, 2, 0)
	a, ids := application(t, s), newIDs()
	for range 3 {
		publish(t, past, publication(a, ids))
	}
	kept := publish(t, s, publication(a, ids))
	now := clock.Clock{}.Now()

	steps := 0
	for {
		n, err := s.Purge(t.Context(), now.Add(-3*day), now, 1000)
		check(t, err)
		if n == 0 {
			break
		}
		steps += n
	}

	left := keys(t, url, "SELECT key FROM message")
	if len(left) != 1 || left[0] != kept.Key {
		t.Errorf("left are %v, want %d", left, kept.Key)
	}
	if steps != 3 { // the days -6, -5 and -4, of which one held messages
		t.Errorf("it took %d steps", steps)
	}
	tables := keys(t, url, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'message'::regclass")
	if want := keys(t, url, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'attempt'::regclass"); tables[0] != want[0]-1 {
		t.Errorf("%d days of messages and %d of attempts are left", tables[0], want[0]-1)
	}
}

func TestDaysAheadAreNotMadeInTheWayOfWhoReadsForLong(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	var later atomic.Int64
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url, Clock: clock.Func(func() time.Time {
		return clock.Clock{}.Now().Add(time.Duration(later.Load()))
	})})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	postgres.Tolerate(s)
	now := clock.Clock{}.Now()
	check(t, s.Begin(t.Context(), store.Run{Key: 1, Lease: time.Minute}, now))
	reader, err := pgx.Connect(t.Context(), url)
	check(t, err)
	defer reader.Close(t.Context()) //nolint:errcheck // nothing is lost
	_, err = reader.Exec(t.Context(), "BEGIN; SELECT count(*) FROM attempt")
	check(t, err)
	later.Store(int64(day))
	const made = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'attempt'::regclass"
	before := keys(t, url, made)[0]

	impatient, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	_, err = s.Purge(impatient, now.AddDate(0, 0, -90), now, 100)
	check(t, err)
	during := keys(t, url, made)[0]
	_, err = reader.Exec(t.Context(), "COMMIT")
	check(t, err)
	_, err = s.Purge(t.Context(), now.AddDate(0, 0, -90), now, 100)
	check(t, err)

	if after := keys(t, url, made)[0]; during != before || after != before+1 {
		t.Errorf("there were %d tables, %d while somebody read, and %d after that", before, during, after)
	}
}

// later returns the URL of a database whose attempts somebody reads all through the test, and a clock that runs before
// the days that it has, by so much.
func later(t *testing.T, ahead time.Duration) (url string, now clock.Clock) {
	t.Helper()
	url = pg.URL(t)
	check(t, openOnly(t, url).Close())
	reader, err := pgx.Connect(t.Context(), url)
	check(t, err)
	t.Cleanup(func() { check(t, reader.Close(context.WithoutCancel(t.Context()))) })
	_, err = reader.Exec(t.Context(), "BEGIN; SELECT count(*) FROM attempt")
	check(t, err)
	return url, clock.Func(func() time.Time { return clock.Clock{}.Now().Add(ahead) })
}

func TestWhoBeginsDoesNotWaitForAReaderIfTheNextDaysAreThere(t *testing.T) {
	t.Parallel()
	url, now := later(t, 2*day)
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Second)
	defer stop()

	s, err := postgres.Open(ctx, postgres.Options{URL: url, Clock: now})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	postgres.Tolerate(s)

	check(t, s.Begin(ctx, store.Run{Key: 1, Lease: time.Minute}, now.Now()))
}

func TestWhoCannotMakeTheTablesOfTodaySaysWhyInsteadOfWaiting(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(ctx context.Context, url string, now clock.Clock) error{
		"open": func(ctx context.Context, url string, now clock.Clock) error {
			_, err := postgres.Open(ctx, postgres.Options{URL: url, Clock: now})
			return err
		},
		"begin": func(ctx context.Context, url string, now clock.Clock) error {
			s, err := postgres.Open(ctx, postgres.Options{URL: url, Clock: now, NoMigrate: true})
			if err != nil {
				return err
			}
			postgres.Tolerate(s)
			return errors.Join(s.Begin(ctx, store.Run{Key: 1, Lease: time.Minute}, now.Now()), s.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, now := later(t, 20*day)
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()

			err := start(ctx, url, now)

			if fault.CodeOf(err) != "tables_in_use" || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnAttemptWhoseDayIsGoneIsStoredAndPurged(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	s := at(t, url, 1, 0)
	a, ids := application(t, s), newIDs()
	now, made := ids()
	long := hook.Key(now.AddDate(0, 0, -100).UnixMicro() * 1024)

	err := s.Settle(t.Context(), store.Settlement{Fresh: true, Fan: 1,
		Attempt:  &hook.Attempt{ID: made, MessageKey: long, EndpointKey: 7, Status: 200, Number: 1},
		Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: long, EndpointKey: 7, State: hook.Delivered}})
	check(t, err)
	stored := keys(t, url, "SELECT message FROM attempt")
	_, err = s.Purge(t.Context(), now.AddDate(0, 0, -90), now, 100)
	check(t, err)

	if len(stored) != 1 {
		t.Errorf("%d are stored", len(stored))
	}
	if left := keys(t, url, "SELECT message FROM attempt"); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
}

func TestAClockThatGoesWrongByMonthsIsNamed(t *testing.T) {
	t.Parallel()
	var wrong atomic.Int64
	now := func() time.Time { return clock.Clock{}.Now().Add(time.Duration(wrong.Load())) }
	s, err := postgres.Open(t.Context(), postgres.Options{URL: fresh(t), Clock: clock.Func(now)})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	check(t, s.Begin(t.Context(), store.Run{Key: 1, Lease: time.Minute}, now()))
	p := publication(application(t, s), newIDs())
	wrong.Store(int64(60 * day))

	_, err = s.Publish(t.Context(), p)

	if fault.CodeOf(err) != "clock_wrong" || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestANodeWhoseClockIsWrongDoesNotBegin(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]time.Duration{"weeks behind": -30 * day, "months ahead": 100 * day, "a little": 5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := func() time.Time { return clock.Clock{}.Now().Add(wrong) }
			s, err := postgres.Open(t.Context(), postgres.Options{URL: pg.URL(t), Clock: clock.Func(now)})
			check(t, err)
			t.Cleanup(func() { check(t, s.Close()) })

			err = s.Begin(t.Context(), store.Run{Key: 1, Window: 64, Lease: time.Minute}, now())

			if want := wrong.Abs() > time.Hour; (fault.CodeOf(err) == "clock_wrong") != want {
				t.Errorf("got %v", err)
			}
		})
	}
}
