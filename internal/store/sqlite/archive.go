package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	// Messages that are not over, and those whose publish may still be repeated: found by indexes over open
	// work and young keys, whatever the history holds.
	chosenMessages = `chosen (key) AS MATERIALIZED (SELECT message FROM open_message
		UNION SELECT message FROM delivery INDEXED BY delivery_waiting WHERE state = 0
		UNION SELECT message FROM delivery INDEXED BY delivery_sending WHERE state = 1
		UNION SELECT message FROM claim INDEXED BY claim_by_end WHERE expires_at > ? AND message <> 0) `

	archivedMessage = "SELECT" + messageColumns + `, o.message IS NOT NULL FROM message m
		LEFT JOIN open_message o ON o.message = m.key WHERE EXISTS (SELECT 1 FROM application a WHERE a.key = m.application) AND `
	allMessages  = archivedMessage + "m.key > ? ORDER BY m.key"
	openMessages = "WITH " + chosenMessages + archivedMessage + "m.key IN (SELECT key FROM chosen) ORDER BY m.key"

	archivedDelivery = " d.endpoint, d.message, d.application, d.state, d.attempts, d.due_at, d.trigger, d.reason FROM "
	allDeliveries    = "SELECT" + archivedDelivery + "delivery d WHERE d.endpoint > ? ORDER BY d.message, d.endpoint"
	openDeliveries   = "WITH " + chosenMessages + `SELECT * FROM (
		SELECT` + archivedDelivery + `delivery d INDEXED BY delivery_waiting WHERE d.state = 0
		UNION ALL SELECT` + archivedDelivery + `delivery d INDEXED BY delivery_sending WHERE d.state = 1
		UNION ALL SELECT` + archivedDelivery + `delivery d INDEXED BY delivery_over
			WHERE d.state IN (3, 4) AND d.message IN (SELECT key FROM chosen)) ORDER BY message, endpoint`

	archivedAttempt = `SELECT a.message, a.endpoint, a.id, a.outcome, a.cause, a.status, a.trigger, a.number, a.duration, a.url,
		a.response, a.headers, a.truncated FROM attempt a WHERE `
	allAttempts  = archivedAttempt + "a.message > ? ORDER BY a.message, a.endpoint, a.id"
	openAttempts = "WITH " + chosenMessages + archivedAttempt + "a.message IN (SELECT key FROM chosen) ORDER BY a.message, a.endpoint, a.id"

	archivedClaims = `SELECT key, fingerprint, message, answer, reserved_at, expires_at FROM claim INDEXED BY claim_by_end
		WHERE expires_at > ? AND (message <> 0 OR answer IS NOT NULL) ORDER BY message, key`
	archivedTallies = `SELECT endpoint, hour, success, failed, canceled FROM tally INDEXED BY tally_by_hour
		WHERE hour > ? ORDER BY endpoint, hour`
	archivedEvents = "SELECT id, application, type, data, created_at FROM event WHERE id > ? ORDER BY id"
)

// archived is what store.Archive shows: one reader's transaction.
type archived struct {
	tx     *sql.Tx
	extent store.Extent
}

// Snapshot implements store.Archive. It has a connection of its own: an export takes its time, and it sorts on
// disk what the other readers sort in memory.
func (s *Store) Snapshot(ctx context.Context, e store.Extent, read func(store.Snapshot) error) (err error) {
	const doing = "open a snapshot"
	db, err := sql.Open("sqlite", dsn(s.path, readerCache, "_pragma=query_only(1)&_pragma=temp_store(FILE)"))
	if err != nil {
		return translate(doing, err)
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return translate(doing, err)
	}
	defer tx.Rollback()
	return translate(doing, read(&archived{tx, e}))
}

// archive walks over what a query finds.
func archive[T any](ctx context.Context, v *archived, scan func(scanner) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		wanted := true
		err := v.each(ctx, query, args, func(row scanner) (bool, error) {
			item, err := scan(row)
			wanted = err != nil || yield(item, nil)
			return wanted, err
		})
		if err != nil && wanted {
			var none T
			yield(none, translate("read the database", err))
		}
	}
}

// each hands the rows of a query to do, until it has enough.
func (v *archived) each(ctx context.Context, query string, args []any, do func(scanner) (more bool, err error)) (err error) {
	rows, err := v.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		if more, err := do(rows); err != nil || !more {
			return err
		}
	}
	return nil
}

// none is a walk over nothing.
func none[T any](func(T, error) bool) {}

// EventTypes implements store.Snapshot.
func (v *archived) EventTypes(ctx context.Context) iter.Seq2[hook.EventType, error] {
	return archive(ctx, v, scanEventType, selectEventType+"name > '' ORDER BY name")
}

// Applications implements store.Snapshot.
func (v *archived) Applications(ctx context.Context) iter.Seq2[hook.Application, error] {
	return archive(ctx, v, scanApplication, selectApplication+"key > 0 ORDER BY key")
}

// Endpoints implements store.Snapshot.
func (v *archived) Endpoints(ctx context.Context) iter.Seq2[hook.Endpoint, error] {
	scan := func(row scanner) (hook.Endpoint, error) { return scanEndpoint(row) }
	return archive(ctx, v, scan, selectEndpoint+"key > 0 ORDER BY key")
}

// Tokens implements store.Snapshot.
func (v *archived) Tokens(ctx context.Context) iter.Seq2[hook.Token, error] {
	return archive(ctx, v, scanToken, selectToken+"ORDER BY id")
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
		return archive(ctx, v, scanDelivery, allDeliveries, math.MinInt64)
	}
	return archive(ctx, v, scanDelivery, openDeliveries, micros(v.extent.Repeatable))
}

func scanDelivery(row scanner) (d hook.Delivery, err error) {
	var due int64
	err = row.Scan(&d.EndpointKey, &d.MessageKey, &d.ApplicationKey, &d.State, &d.Attempts, &due, &d.Trigger, &d.Reason)
	if due != 0 {
		d.DueAt = pack.Time(due)
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
