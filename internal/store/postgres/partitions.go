package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Messages and attempts, and what is received, are divided by the day (UTC) of the message's key, so that a day that is over goes
// at once. The tables of a week are made ahead by whoever begins or does the chores, so that no publish ever waits
// for one.
const (
	daysAhead = 7
	dayName   = "20060102"
)

// partitioned are the tables that are divided, with what their days are called by.
func partitioned() []string { return []string{"message", "attempt", "received", "received_content"} }

// lockPatience is how long a change of tables may hold up what reads them. It is tried again later.
const lockPatience = "SET LOCAL lock_timeout = '250ms'"

// How often who begins tries to make days that it cannot do without, and how long it lets readers through in between.
const (
	dayTries = 10
	dayPause = 250 * time.Millisecond
)

// enoughDays makes the days ahead. Those that are needed at once must be there in the end: a program that has just begun
// would refuse what it is given.
func (s *Store) enoughDays(ctx context.Context, tx pgx.Tx) error {
	for range dayTries {
		made, refused := s.daysAhead(ctx, tx)
		if made || refused != nil && stateOf(refused) != insufficientRights {
			return refused
		}
		if enough, err := s.haveDays(ctx, tx); err != nil || enough {
			return err
		}
		if refused != nil {
			return fault.New(fault.Unavailable, "partitions_missing", "The tables for today are missing, and the role of the PostgreSQL URL may not make them: "+
				"run `posthorn migrate up --partitions-ahead 90d` as the owner of the tables, or grant it what the guide on scaling lists.").Because(refused)
		}
		if err := pause(ctx, dayPause); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "tables_in_use", "The tables for today cannot be made, since somebody has been reading the attempts for long, "+
		"such as an export: let that end, or end it (pg_stat_activity shows since when), and start again.")
}

// daysAhead makes the days ahead, unless that would hold up who reads, and reports whether they are there: to attach a
// day of attempts locks the table of those that are late, and whoever reads attempts would queue behind us while we wait
// for an export to end.
func (s *Store) daysAhead(ctx context.Context, tx pgx.Tx) (made bool, err error) {
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockPatience); err != nil {
			return err
		}
		if err := makePartitions(ctx, tx, s.clock.Now(), s.ahead); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SET LOCAL lock_timeout TO DEFAULT")
		return err
	})
	if stateOf(err) == lockNotAvailable {
		return false, nil // there are a week's: the next round of chores comes in a minute
	}
	return err == nil, err
}

// haveDays reports whether the tables are there that anybody may write to now, by a clock that is as wrong as may be.
func (s *Store) haveDays(ctx context.Context, tx pgx.Tx) (bool, error) {
	have, err := partitions(ctx, tx)
	if err != nil {
		return false, err
	}
	now := s.clock.Now().UTC()
	for _, table := range partitioned() {
		for _, at := range []time.Time{now.Add(-mostSkew), now, now.Add(mostSkew)} {
			if !have[table+"_p"+at.Format(dayName)] {
				return false, nil
			}
		}
	}
	return true, nil
}

// makePartitions makes the tables from yesterday on that are not there. The caller holds a lock against others
// that do the same.
func makePartitions(ctx context.Context, tx pgx.Tx, now time.Time, ahead int) error {
	have, err := partitions(ctx, tx)
	if err != nil {
		return err
	}
	today := now.UTC().Truncate(24 * time.Hour)
	for day := -1; day <= ahead; day++ {
		from := today.AddDate(0, 0, day)
		for _, table := range partitioned() {
			if name := table + "_p" + from.Format(dayName); !have[name] {
				if err := makePartition(ctx, tx, table, name, from); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// makePartition makes a table of its own and attaches it, which does not hold up those who read and write, as
// to create it in place would (https://www.postgresql.org/docs/current/ddl-partitioning.html).
func makePartition(ctx context.Context, tx pgx.Tx, table, name string, from time.Time) error {
	_, err := tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE %[2]s (LIKE %[1]s INCLUDING ALL);
		ALTER TABLE %[1]s ATTACH PARTITION %[2]s FOR VALUES FROM (%[3]d) TO (%[4]d)`,
		table, name, messageKeyAt(from), messageKeyAt(from.AddDate(0, 0, 1))), pgx.QueryExecModeSimpleProtocol)
	return err
}

// partitions returns the names of the tables that are days of others.
func partitions(ctx context.Context, tx pgx.Tx) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = ANY($1::text[]::regclass[])`, partitioned())
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	have := make(map[string]bool, len(names))
	for _, name := range names {
		have[name] = true
	}
	return have, err
}

// dropPartition drops the oldest day that ended before the given key, if its rows may go and nobody reads them
// right now, and reports whether it did. The two tables of a day go together.
func dropPartition(ctx context.Context, tx pgx.Tx, before hook.Key) (bool, error) {
	have, err := partitions(ctx, tx)
	if err != nil {
		return false, err
	}
	oldest := oldestDay(have, "message")
	if oldest.IsZero() || messageKeyAt(oldest.AddDate(0, 0, 1)) > before {
		return false, nil
	}
	if _, err := tx.Exec(ctx, lockPatience); err != nil {
		return false, err
	}
	day := oldest.Format(dayName)
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DROP TABLE IF EXISTS message_p"+day+", attempt_p"+day)
		return err
	})
	if stateOf(err) == insufficientRights {
		return false, nil // rows go one by one, and the owner drops the table
	}
	return err == nil, err
}

// newestDay returns the last of the table's days, and the zero time if there is none.
func newestDay(have map[string]bool, table string) (newest time.Time) {
	for name := range have {
		text, _ := strings.CutPrefix(name, table+"_p")
		if day, err := time.Parse(dayName, text); err == nil && day.After(newest) {
			newest = day
		}
	}
	return newest
}

// oldestDay returns the first of the table's days, and the zero time if there is none.
func oldestDay(have map[string]bool, table string) (oldest time.Time) {
	for name := range have {
		text, _ := strings.CutPrefix(name, table+"_p")
		day, err := time.Parse(dayName, text)
		if _, number := strconv.Atoi(text); err != nil || number != nil {
			continue // attempt_late
		}
		if oldest.IsZero() || day.Before(oldest) {
			oldest = day
		}
	}
	return oldest
}
