package postgres_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

func TestMissingTablesOfTodayAreNamedAndFailTheCheck(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	s := open(t, database)
	db, ids, at := raw(t, database), newIDs(), source(t, s)
	for table, refused := range map[string]func() error{
		"message": func() error {
			_, err := s.Publish(t.Context(), publication(hook.Application{Key: at.ApplicationKey}, ids))
			return err
		},
		"received":         func() error { _, err := s.Receive(t.Context(), arrival(at, ids)); return err },
		"received_content": func() error { _, err := s.Receive(t.Context(), arrival(at, ids)); return err },
	} {
		day := table + "_p" + clock.Clock{}.Now().Format("20060102")
		var bounds string
		check(t, db.QueryRowContext(t.Context(), "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = $1", day).Scan(&bounds))
		_, err := db.ExecContext(t.Context(), fmt.Sprintf("ALTER TABLE %s DETACH PARTITION %s", table, day))
		check(t, err)

		for what, err := range map[string]error{"write": refused(), "check": s.Check(t.Context(), clock.Clock{}.Now())} {
			if fault.CodeOf(err) != "tables_missing" || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("without %s: %s: %v", day, what, err)
			}
		}

		_, err = db.ExecContext(t.Context(), fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s %s", table, day, bounds))
		check(t, err)
		check(t, refused())
		check(t, s.Check(t.Context(), clock.Clock{}.Now()))
	}
}

func TestClockThatIsWrongFailsTheCheck(t *testing.T) {
	t.Parallel()
	var wrong atomic.Int64
	now := func() time.Time { return clock.Clock{}.Now().Add(time.Duration(wrong.Load())) }
	s := openWith(t, postgres.Options{URL: fresh(t), Clock: clock.Func(now)})
	check(t, s.Begin(t.Context(), store.Run{Key: 1, Lease: time.Minute}, now()))
	for days, want := range map[int]string{3: "clock_wrong", -3: "clock_wrong", 60: "clock_wrong", 0: ""} {
		wrong.Store(int64(days) * int64(day))
		if err := s.Check(t.Context(), now()); fault.CodeOf(err) != want {
			t.Errorf("%d days ahead: %v", days, err)
		}
	}
}

func TestCheckFailsWhileATableOfAPublishIsLocked(t *testing.T) {
	t.Parallel()
	database := pg.URL(t)
	s := open(t, database)
	db := raw(t, database)
	for _, table := range []string{"message", "token"} {
		lock, err := db.BeginTx(t.Context(), nil)
		check(t, err)
		_, err = lock.ExecContext(t.Context(), "LOCK TABLE "+table)
		check(t, err)

		err = s.Check(t.Context(), clock.Clock{}.Now())

		if fault.CodeOf(err) != "store_slow" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", table, err)
		}
		check(t, lock.Rollback())
		check(t, s.Check(t.Context(), clock.Clock{}.Now()))
	}
}

func TestServerThatDoesNotAnswerIsNotToldAsUnreachable(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	s := open(t, database)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	lock, err := raw(t, database).BeginTx(t.Context(), nil)
	check(t, err)
	_, err = lock.ExecContext(t.Context(), "LOCK TABLE event_type")
	check(t, err)

	_, slow := s.EventType(ctx, "some")
	_, away := postgres.Open(t.Context(), postgres.Options{URL: "postgres://user@127.0.0.1:1/x?sslmode=disable"})

	check(t, lock.Rollback())
	if fault.CodeOf(slow) != "store_slow" || fault.CodeOf(away) != "database_away" {
		t.Errorf("got %v and %v", slow, away)
	}
}
