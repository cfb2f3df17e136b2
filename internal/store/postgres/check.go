package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
)

// How many bytes a check writes: as many as the last group that found no room, so that health does not say that
// all is well while publishes are refused.
const (
	leastProbe = 64 << 10
	mostProbe  = 4 << 20
)

// Check implements store.Keeper. It fails as well while a publish would: while one waits for too long, a table that one
// needs is locked, today's tables are missing, or the clocks of this machine and the database are too far apart.
func (s *Store) Check(ctx context.Context, now time.Time) error {
	if err := s.queues.Stuck(); err != nil {
		return err
	}
	probe := make([]byte, min(max(leastProbe, s.refused.Load()), mostProbe))
	_, _ = rand.Read(probe) // never fails; random, since what can be compressed takes no room
	err := s.write(ctx, "write to the database", func(tx pgx.Tx) error {
		if err := s.checkTables(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO heartbeat VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET at = excluded.at, room = excluded.room",
			now.UnixMicro(), probe)
		return err
	})
	if err == nil {
		s.refused.Store(0)
	}
	return err
}

// useTables locks the tables that a publish and a received webhook write to as those do, and reads those that they read.
// It waits for no lock longer than store.MaxOldest.
const useTables = "SET LOCAL lock_timeout = '3s'; LOCK TABLE ONLY message, ONLY received, ONLY received_content, open_message, claim, mark, heartbeat" +
	" IN ROW EXCLUSIVE MODE; SELECT EXISTS (SELECT FROM run), EXISTS (SELECT FROM token), EXISTS (SELECT FROM application)," +
	" EXISTS (SELECT FROM endpoint), EXISTS (SELECT FROM event_type), EXISTS (SELECT FROM source)"

// checkTables returns why a publish would be refused now or wait.
func (s *Store) checkTables(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, useTables); err != nil {
		return err
	}
	if err := s.checkClock(ctx, tx); err != nil {
		return err
	}
	return s.checkDay(ctx, tx)
}

// checkDay refuses while today's tables of messages and received webhooks are missing.
func (s *Store) checkDay(ctx context.Context, tx pgx.Tx) error {
	day := "_p" + s.clock.Now().UTC().Format(dayName)
	tables := []string{"message", "received", "received_content"}
	var there int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		JOIN unnest($1::text[]) AS t (name) ON i.inhparent = t.name::regclass AND c.relname = t.name || $2`, tables, day).Scan(&there)
	if err == nil && there < len(tables) {
		err = errNoDay()
	}
	return err
}

// errNoDay refuses what there is no table for. The tables are made a week ahead.
func errNoDay() *fault.Error {
	return fault.New(fault.Unavailable, "tables_missing", "The database has no tables for today: see that a node with the role maintain runs and "+
		"that its database role may create tables, or run `posthorn migrate up`; nothing was stored.")
}

// strayed explains why a row fits into no table of a day.
func (s *Store) strayed(ctx context.Context, err error) error {
	if stateOf(err) != checkViolation {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	var wrong error
	asked := pgx.BeginFunc(ctx, s.prompt, func(tx pgx.Tx) error {
		wrong = s.checkClock(ctx, tx)
		return nil
	})
	if asked == nil && fault.CodeOf(wrong) == "clock_wrong" {
		return wrong.(*fault.Error).Because(err) //nolint:errorlint // checkClock wraps nothing
	}
	return errNoDay().Because(err)
}

// noteRefused remembers how much a group of messages wanted to write when there was no room.
func (s *Store) noteRefused(all []*publication, err error) {
	if fault.CodeOf(err) != "disk_full" {
		return
	}
	const each = 1 << 10 // the row, its place in the indexes, and what else a message changes
	var total int64
	for _, p := range all {
		total += each + int64(len(p.Message.Payload))
	}
	s.refused.Store(total)
}
