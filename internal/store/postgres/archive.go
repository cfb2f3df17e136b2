package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	// Messages that are not over, and those whose publish may still be repeated: found by indexes over open
	// work and young keys, whatever the history holds.
	chosenMessages = `WITH chosen (key) AS MATERIALIZED (SELECT message FROM open_message
		UNION SELECT message FROM delivery WHERE state = 0
		UNION SELECT message FROM delivery WHERE state = 1
		UNION SELECT message FROM claim WHERE expires_at > $1 AND message <> 0) `

	archivedMessage = "SELECT" + messageColumns + `, o.message IS NOT NULL FROM message m
		LEFT JOIN open_message o ON o.message = m.key WHERE EXISTS (SELECT 1 FROM application a WHERE a.key = m.application) AND `
	allMessages  = archivedMessage + "m.key > $1 ORDER BY m.key"
	openMessages = chosenMessages + archivedMessage + "m.key IN (SELECT key FROM chosen) ORDER BY m.key"

	archivedDelivery = "SELECT d.endpoint, d.message, d.application, d.state, d.attempts, d.due_at, d.trigger, d.reason FROM delivery d WHERE "
	allDeliveries    = archivedDelivery + "d.endpoint > $1 ORDER BY d.message, d.endpoint"
	openDeliveries   = chosenMessages + "SELECT * FROM (" +
		archivedDelivery + "d.state = 0 UNION ALL " + archivedDelivery + "d.state = 1 UNION ALL " +
		// One look for each, lest all that ever failed be read to be joined.
		"SELECT d.endpoint, d.message, d.application, d.state, d.attempts, d.due_at, d.trigger, d.reason FROM chosen c CROSS JOIN LATERAL " +
		"(SELECT * FROM delivery WHERE message = c.key AND state IN (3, 4) OFFSET 0) d) AS d ORDER BY message, endpoint"

	archivedAttempt = `SELECT a.message, a.endpoint, a.id, a.outcome, a.cause, a.status, a.trigger, a.number, a.duration, a.url,
		a.response, a.headers, a.truncated FROM attempt a WHERE `
	allAttempts  = archivedAttempt + "a.message > $1 ORDER BY a.message, a.endpoint, a.id"
	openAttempts = chosenMessages + archivedAttempt + "a.message IN (SELECT key FROM chosen) ORDER BY a.message, a.endpoint, a.id"

	archivedClaims = `SELECT key, fingerprint, message, answer, reserved_at, expires_at FROM claim
		WHERE expires_at > $1 AND (message <> 0 OR answer IS NOT NULL) ORDER BY message, key`
	// Several writers count, each in a row of its own.
	archivedTallies = `SELECT endpoint, hour, sum(success)::bigint, sum(failed)::bigint, sum(canceled)::bigint FROM tally
		WHERE hour > $1 GROUP BY endpoint, hour ORDER BY endpoint, hour`
	archivedEvents = "SELECT id, application, type, data, created_at FROM event WHERE id > $1 ORDER BY id"
)

// archived is what store.Archive shows: one transaction that sees the database as it was when it began.
type archived struct {
	tx     pgx.Tx
	extent store.Extent
	walks  int // begun so far: each has a cursor of its own
}

// Snapshot implements store.Archive. It has a connection of its own, since an export takes its time.
func (s *Store) Snapshot(ctx context.Context, e store.Extent, read func(store.Snapshot) error) (err error) {
	const doing = "open a snapshot"
	conn, err := pgx.ConnectConfig(ctx, s.dial.Copy())
	if err != nil {
		return translate(doing, err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return translate(doing, pgx.BeginTxFunc(ctx, conn, o, func(tx pgx.Tx) error { return read(&archived{tx: tx, extent: e}) }))
}

// fetched is how many rows of a walk are in memory at a time.
const fetched = 100

// archive walks over what a query finds. The connection does one thing at a time and several walks go on
// together, so each is a cursor that is read a page at a time. Nothing of it is kept as a prepared statement:
// the next export's cursors have the same names and other columns.
func archive[T any](ctx context.Context, v *archived, scan func(scanner) (T, error), query string, arg any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		v.walks++
		cursor := fmt.Sprintf("archive_%d", v.walks)
		if _, err := v.tx.Exec(ctx, "DECLARE "+cursor+" NO SCROLL CURSOR FOR "+query, pgx.QueryExecModeDescribeExec, arg); err != nil {
			yield(none, translate("read the database", err))
			return
		}
		for {
			page, err := fetch(ctx, v.tx, scan, cursor)
			if err != nil {
				yield(none, translate("read the database", err))
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return // the cursor ends with its transaction
				}
			}
			if len(page) < fetched {
				return
			}
		}
	}
}

func fetch[T any](ctx context.Context, tx pgx.Tx, scan func(scanner) (T, error), cursor string) ([]T, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf("FETCH %d FROM %s", fetched, cursor), pgx.QueryExecModeDescribeExec)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (T, error) { return scan(row) })
}

// none is a walk over nothing.
func none[T any](func(T, error) bool) {}

// EventTypes implements store.Snapshot.
func (v *archived) EventTypes(ctx context.Context) iter.Seq2[hook.EventType, error] {
	return archive(ctx, v, scanEventType, selectEventType+"name > $1 ORDER BY name", "")
}

// Applications implements store.Snapshot.
func (v *archived) Applications(ctx context.Context) iter.Seq2[hook.Application, error] {
	return archive(ctx, v, scanApplication, selectApplication+"key > $1 ORDER BY key", 0)
}

// Endpoints implements store.Snapshot.
func (v *archived) Endpoints(ctx context.Context) iter.Seq2[hook.Endpoint, error] {
	scan := func(row scanner) (hook.Endpoint, error) { return scanEndpoint(row) }
	return archive(ctx, v, scan, selectEndpoint+"key > $1 ORDER BY key", 0)
}

// Tokens implements store.Snapshot.
func (v *archived) Tokens(ctx context.Context) iter.Seq2[hook.Token, error] {
	return archive(ctx, v, scanToken, selectToken+"WHERE id > $1 ORDER BY id", []byte{})
}

// Messages implements store.Snapshot.
func (v *archived) Messages(ctx context.Context) iter.Seq2[store.ArchivedMessage, error] {
	scan := func(row scanner) (m store.ArchivedMessage, err error) {
		m.Message, err = scanMessage(row, &m.InMemory)
		return m, err
	}
	if v.extent.History {
		return archive(ctx, v, scan, allMessages, 0)
	}
	return archive(ctx, v, scan, openMessages, micros(v.extent.Repeatable))
}

// Deliveries implements store.Snapshot. Keys of endpoints may be negative.
func (v *archived) Deliveries(ctx context.Context) iter.Seq2[hook.Delivery, error] {
	if v.extent.History {
		return archive(ctx, v, scanDelivery, allDeliveries, int64(math.MinInt64))
	}
	return archive(ctx, v, scanDelivery, openDeliveries, micros(v.extent.Repeatable))
}

func scanDelivery(row scanner) (d hook.Delivery, err error) {
	var due int64
	err = row.Scan(&d.EndpointKey, &d.MessageKey, &d.ApplicationKey, &d.State, &d.Attempts, &due, &d.Trigger, &d.Reason)
	if due != 0 {
		d.DueAt = timeAt(due)
	}
	return d, err
}

// Attempts implements store.Snapshot.
func (v *archived) Attempts(ctx context.Context) iter.Seq2[hook.Attempt, error] {
	if v.extent.History {
		return archive(ctx, v, scanArchivedAttempt, allAttempts, 0)
	}
	return archive(ctx, v, scanArchivedAttempt, openAttempts, micros(v.extent.Repeatable))
}

func scanArchivedAttempt(row scanner) (a hook.Attempt, err error) {
	var micros int64
	err = row.Scan(&a.MessageKey, &a.EndpointKey, pack.IntoID(&a.ID), &a.Outcome, &a.Cause, &a.Status, &a.Trigger, &a.Number,
		&micros, &a.URL, &a.Response, pack.IntoJSON(&a.Headers), &a.Truncated)
	a.Duration = time.Duration(micros) * time.Microsecond
	a.StartedAt = a.ID.Time().Truncate(time.Microsecond)
	return a, err
}

// Claims implements store.Snapshot.
func (v *archived) Claims(ctx context.Context) iter.Seq2[store.ArchivedClaim, error] {
	return archive(ctx, v, scanClaim, archivedClaims, micros(v.extent.Now))
}

func scanClaim(row scanner) (c store.ArchivedClaim, err error) {
	var key, fingerprint []byte
	err = row.Scan(&key, &fingerprint, &c.MessageKey, &c.Answer, pack.IntoTime(&c.ReservedAt), pack.IntoTime(&c.ExpiresAt))
	copy(c.Key[:], key)
	copy(c.Fingerprint[:], fingerprint)
	return c, err
}

// Tallies implements store.Snapshot.
func (v *archived) Tallies(ctx context.Context) iter.Seq2[store.Tally, error] {
	if !v.extent.History {
		return none[store.Tally]
	}
	return archive(ctx, v, scanTally, archivedTallies, 0)
}

func scanTally(row scanner) (t store.Tally, err error) {
	var hour int64
	err = row.Scan(&t.EndpointKey, &hour, &t.Success, &t.Failed, &t.Canceled)
	t.Hour = time.Unix(hour*3600, 0).UTC()
	return t, err
}

// Events implements store.Snapshot.
func (v *archived) Events(ctx context.Context) iter.Seq2[hook.Event, error] {
	if !v.extent.History {
		return none[hook.Event]
	}
	return archive(ctx, v, scanArchivedEvent, archivedEvents, []byte{})
}

func scanArchivedEvent(row scanner) (e hook.Event, err error) {
	err = row.Scan(pack.IntoID(&e.ID), &e.ApplicationKey, &e.Type, &e.Data, pack.IntoTime(&e.CreatedAt))
	return e, err
}
