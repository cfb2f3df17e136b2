package postgres

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// beginWrite names the isolation that the fences are written for, whatever the database's default is: each statement sees
// what was committed before it.
const beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED"

// write runs do in a transaction of its own and returns when it is flushed. do may be called twice: once
// more if PostgreSQL gave it up for the sake of another transaction. Its error undoes what it did. A server that
// is not durable is refused with the code database_not_durable.
func (s *Store) write(ctx context.Context, doing string, do func(pgx.Tx) error) error {
	var waiter store.CommitWaiter
	queue := s.queues[store.Changing]
	if err := queue.Enter(&waiter, 0); err != nil {
		return err
	}
	defer queue.Leave(&waiter)
	return s.begin(ctx, durable, doing, do)
}

// begin is write with the expression that makes the commit durable.
func (s *Store) begin(ctx context.Context, durability, doing string, do func(pgx.Tx) error) error {
	if s.stopped() {
		return errStopped()
	}
	began := s.clock.Steady()
	begin := pgx.TxOptions{BeginQuery: beginWrite + "; SET LOCAL idle_in_transaction_session_timeout = '" + idleAtMost + "'; SELECT " + durability}
	err := pgx.BeginTxFunc(ctx, s.prompt, begin, do)
	if givenUp(err) {
		err = pgx.BeginTxFunc(ctx, s.prompt, begin, do)
	}
	err = translate(doing, err)
	s.observe(began, err)
	return err
}

// givenUp reports whether a transaction was undone for the sake of another and may be tried again.
func givenUp(err error) bool {
	state := stateOf(err)
	return state == serializationFailure || state == deadlockDetected
}

// chore is write for what one of the programs does for all. Who finds another at it does nothing. It acknowledges
// nothing, so it goes on while the server is not durable.
func (s *Store) chore(ctx context.Context, duty duty, doing string, do func(pgx.Tx) error) error {
	return s.begin(ctx, flushed, doing, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1, $2)", lockClass, duty).Scan(&mine); err != nil || !mine {
			return err
		}
		return do(tx)
	})
}

// lockClass sets our advisory locks apart from those of others in the database: "post" in ASCII.
const lockClass int32 = 0x706f7374

// duty is what only one program at a time does. The locks end with their transaction, so that a pool of
// connections between us and the database does not keep them.
type duty int32

const (
	migrating duty = iota + 1
	beginning
	burying
	rescuing
	expiring
	purging
	returning
	purgingInbox
	importing
)

// alone waits for the duty's lock.
func alone(ctx context.Context, tx pgx.Tx, duty duty) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, $2)", lockClass, duty)
	return err
}

const runAlive = "EXISTS (SELECT 1 FROM run WHERE key = $1 AND ended_at IS NULL AND buried_at IS NULL)"

// fence asks whether the run is alive: what others have taken over, it must not touch.
func fence(b *pgx.Batch, run hook.Key, isAlive *bool) {
	b.Queue("SELECT "+runAlive, int64(run)).QueryRow(func(row pgx.Row) error { return row.Scan(isAlive) })
}

// step puts statements into one exchange with the server. It may look at what the steps before it learned.
type step func(*pgx.Batch) error

// own runs one exchange in a transaction that only a run that is alive may make.
func (s *Store) own(ctx context.Context, doing string, do func(b *pgx.Batch, run hook.Key)) error {
	if s.stopped() {
		return errStopped()
	}
	var isAlive bool
	return s.transact(ctx, doing,
		func(b *pgx.Batch) error {
			do(b, s.run())
			fence(b, s.run(), &isAlive)
			return nil
		},
		func(*pgx.Batch) error { return orLost(isAlive) })
}

func orLost(isAlive bool) error {
	if !isAlive {
		return errLost()
	}
	return nil
}

// patience is how long an exchange with the server may take before it is given up. A server that went without a
// word is noticed by nothing else; a node that waits longer is soon taken for dead itself.
const patience = 10 * time.Second

// idleAtMost is how long the server keeps a transaction open, and its locks, whose client says nothing: others wait
// for those, while the client may sleep, or be gone without a word. It is set in the transaction, since a pool between
// us and the server knows no other place.
const idleAtMost = "5s"

// transact runs the steps as one transaction, the last with the commit, and knows in the end whether it was
// committed, also when the connection broke on the way: who holds what it wrote depends on it. It is not cut
// off with ctx, which only bounds how long it asks for the outcome.
func (s *Store) transact(ctx context.Context, doing string, steps ...step) error {
	return s.perform(ctx, flushed, doing, steps)
}

// acknowledge is transact for what a caller gets a 2xx for. A server that is not durable is refused with the code
// database_not_durable.
func (s *Store) acknowledge(ctx context.Context, doing string, steps ...step) error {
	return s.perform(ctx, durable, doing, steps)
}

func (s *Store) perform(ctx context.Context, durability, doing string, steps []step) error {
	began := s.clock.Steady()
	err := s.try(ctx, durability, steps)
	if givenUp(err) {
		err = s.try(ctx, durability, steps)
	}
	err = translate(doing, err)
	s.observe(began, err)
	return err
}

func (s *Store) try(asking context.Context, durability string, steps []step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(asking), patience)
	defer cancel()
	t := &attempt{steps: steps, mark: mark{run: s.run(), number: s.counter.Add(1), durability: durability}}
	select {
	case t.mark.place = <-s.places:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.places <- t.mark.place }()
	conn, err := s.hot.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = t.run(ctx, conn.Conn())
	if err == nil {
		return nil
	}
	if t.committing && undecided(err) {
		return s.outcome(asking, t.mark, err)
	}
	_, _ = conn.Exec(ctx, "ROLLBACK") // if it cannot, the connection is broken and the pool drops it
	return err
}

// attempt is one try of a transaction.
type attempt struct {
	steps      []step
	mark       mark
	committing bool
}

func (t *attempt) run(ctx context.Context, conn *pgx.Conn) error {
	for i, step := range t.steps {
		b := &pgx.Batch{}
		if i == 0 {
			b.Queue(beginWrite)
			t.mark.leave(b)
		}
		if err := step(b); err != nil {
			return err
		}
		if i == len(t.steps)-1 {
			b.Queue("COMMIT")
			t.committing = true
		}
		if b.Len() == 0 {
			continue
		}
		if err := conn.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
	}
	return nil
}

// closedBy reports whether the other side closed the connection.
func closedBy(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
