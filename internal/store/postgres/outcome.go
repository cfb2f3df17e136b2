package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// undecided reports whether err leaves open if a transaction was committed: the connection broke before
// the server said so, or the server ended it on the way.
func undecided(err error) bool {
	var said *pgconn.PgError
	return !errors.As(err, &said) || said.Severity == "FATAL" || said.Severity == "PANIC"
}

// mark is what a transaction leaves behind to be known by: a number that nobody else writes into the row of its
// run and place, of which no other transaction makes use until this one has ended. The transaction's own id would
// not do: a standby that takes over gives it to another one if it never saw this one.
type mark struct {
	run    hook.Key
	place  int16
	number int64

	durability string // the expression that makes the commit durable

	xact string // by which the server tells whether it goes on
	pid  int32
}

const leaveMark = `INSERT INTO mark AS m VALUES ($1, $2, $3) ON CONFLICT (run, place) DO UPDATE SET number = excluded.number
	RETURNING pg_current_xact_id()::text, pg_backend_pid(), set_config('idle_in_transaction_session_timeout', '` + idleAtMost + `', true), `

func (m *mark) leave(b *pgx.Batch) {
	b.Queue(leaveMark+m.durability, int64(m.run), m.place, m.number).QueryRow(func(row pgx.Row) error {
		return row.Scan(&m.xact, &m.pid, nil, nil)
	})
}

const (
	outcomePause = 50 * time.Millisecond
	stuckAfter   = 5 * time.Second // how long a transaction without a client may go on
)

// outcome finds out what became of a transaction whose connection broke during the commit, and returns nil
// if it was committed, else cause. It asks until it knows, ctx ends or the store is closed.
func (s *Store) outcome(ctx context.Context, m mark, cause error) error {
	if m.xact == "" { // there was a single exchange: what such a transaction does may be done twice
		return cause
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	since := s.clock.Now()
	for {
		ended, there, err := s.look(ctx, m)
		switch {
		case err == nil && ended && there && s.confirm(ctx, m) == nil:
			return nil
		case err == nil && ended && !there:
			return cause
		case err == nil && !ended && s.clock.Now().Sub(since) > stuckAfter:
			s.endStuck(ctx, m)
		}
		if pause(ctx, outcomePause) != nil {
			return fault.New(fault.Unavailable, outcomeUnknown,
				"The connection to the database broke while this was being stored, and what became of it is not known: try again.").Because(cause)
		}
	}
}

// look reports whether the transaction has ended, and if so, whether its mark is there. What it asks second was
// committed before the first answer
// (https://www.postgresql.org/docs/current/functions-info.html, "Transaction ID and Snapshot Information").
func (s *Store) look(ctx context.Context, m mark) (ended, there bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = s.prompt.QueryRow(ctx, "SELECT coalesce(pg_xact_status($1::text::xid8), '') <> 'in progress'", m.xact).Scan(&ended)
	if stateOf(err) == invalidParameter { // an id of the future: a standby took over that never saw it
		ended, err = true, nil
	}
	if err != nil || !ended {
		return false, false, err
	}
	err = s.prompt.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM mark WHERE run = $1 AND place = $2 AND number = $3)",
		int64(m.run), m.place, m.number).Scan(&there)
	return ended, there, err
}

// confirm returns once what was found committed is as safe as other commits. A transaction that was cut off while it
// waited for a synchronous standby is committed here alone
// (https://www.postgresql.org/docs/current/warm-standby.html, "Synchronous Replication"). The standby takes commits
// in their order, so another one that it has confirmed confirms them all.
func (s *Store) confirm(ctx context.Context, m mark) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.prompt.Exec(ctx, "UPDATE mark SET number = number WHERE run = $1 AND place = $2 RETURNING "+flushed, int64(m.run), m.place)
	return err
}

// endStuck ends a transaction whose backend still waits for a client that is gone, as behind a network that
// swallows everything. Whether it could is seen at the next look.
func (s *Store) endStuck(ctx context.Context, m mark) {
	_, _ = s.prompt.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2::text::xid8::xid",
		m.pid, m.xact)
}

// outcomeUnknown is the code of the error that leaves open whether something is stored.
const outcomeUnknown = "outcome_unknown"

// pause waits, or returns ctx's error if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
