package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// nextWaiting finds, one after the other, the endpoints that have something waiting, each with its earliest:
// two steps into the index of open deliveries for each, however many wait.
const nextWaiting = `WITH RECURSIVE w AS (
	(SELECT application, endpoint, due_at FROM delivery WHERE state = 0 AND endpoint > $1 ORDER BY endpoint, due_at, message LIMIT 1)
	UNION ALL
	SELECT n.* FROM w CROSS JOIN LATERAL (SELECT application, endpoint, due_at FROM delivery
		WHERE state = 0 AND endpoint > w.endpoint ORDER BY endpoint, due_at, message LIMIT 1) n
) SELECT application, endpoint, due_at FROM w LIMIT $2`

// Waiting implements store.Backlog.
func (s *Store) Waiting(ctx context.Context, after hook.Key, n int) ([]store.Waiting, error) {
	rows, err := s.prompt.Query(ctx, nextWaiting, int64(after), n)
	if err != nil {
		return nil, translate("find waiting deliveries", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w store.Waiting, err error) {
		var due int64
		err = row.Scan(&w.ApplicationKey, &w.EndpointKey, &due)
		w.DueAt = timeAt(due)
		return w, err
	})
	return found, translate("find waiting deliveries", err)
}

const earliestDue = "SELECT due_at FROM delivery WHERE state = 0 AND endpoint = $1 ORDER BY due_at, message LIMIT 1"

// NextDue implements store.Backlog.
func (s *Store) NextDue(ctx context.Context, endpoint hook.Key) (time.Time, bool, error) {
	var due int64
	err := s.prompt.QueryRow(ctx, earliestDue, int64(endpoint)).Scan(&due)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return timeAt(due), err == nil, translate("find the next delivery", err)
}

// Rows that another program is taking are passed over
// (https://www.postgresql.org/docs/current/sql-select.html, "The Locking Clause").
const leaseDue = `WITH leased AS (UPDATE delivery SET state = 1, run = $1 WHERE endpoint = $2 AND message = ANY(ARRAY(
		SELECT message FROM delivery WHERE state = 0 AND endpoint = $2 AND due_at <= $3
		ORDER BY due_at, message LIMIT $4 FOR UPDATE SKIP LOCKED))
	RETURNING application, message, attempts, due_at, trigger)
	SELECT l.application, l.message, l.attempts, l.due_at, l.trigger,
		m.id, coalesce(m.event_type, ''), coalesce(m.event_id, ''), m.created_at, m.payload, m.carried
	FROM leased l LEFT JOIN message m ON m.key = l.message ORDER BY l.due_at, l.message`

// Lease implements store.Backlog.
func (s *Store) Lease(ctx context.Context, endpoint hook.Key, now time.Time, n int) ([]store.Leased, error) {
	var leased []store.Leased
	err := s.own(ctx, "lease deliveries", func(b *pgx.Batch, run hook.Key) {
		b.Queue(leaseDue, int64(run), int64(endpoint), now.UnixMicro(), n).Query(func(rows pgx.Rows) (err error) {
			leased, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.Leased, error) { return scanLeased(row, endpoint) })
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return leased, nil
}

// scanLeased reads a delivery with its message, whose columns are NULL if it is gone.
func scanLeased(row pgx.CollectableRow, endpoint hook.Key) (store.Leased, error) {
	d := hook.Delivery{EndpointKey: endpoint, State: hook.Sending}
	var m hook.Message
	var due int64
	var created *int64
	var raw []byte
	err := row.Scan(&d.ApplicationKey, &d.MessageKey, &d.Attempts, &due, &d.Trigger, &raw, &m.EventType, &m.EventID, &created,
		&m.Payload, pack.IntoCarried(&m.Carried))
	d.DueAt = timeAt(due)
	m.Key, m.ApplicationKey = d.MessageKey, d.ApplicationKey
	copy(m.ID[:], raw)
	if created != nil {
		m.CreatedAt = timeAt(*created)
	}
	return store.Leased{Delivery: d, Message: m}, err
}

// Release implements store.Backlog.
func (s *Store) Release(ctx context.Context, deliveries []hook.Delivery) error {
	var rows deliveryRows
	for _, d := range deliveries {
		rows.add(d)
	}
	if len(rows.message) == 0 {
		return nil
	}
	err := s.own(ctx, "release deliveries", func(b *pgx.Batch, run hook.Key) {
		b.Queue(`UPDATE delivery d SET state = 0, run = 0, due_at = u.due_at
			FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (endpoint, message, due_at)
			WHERE d.endpoint = u.endpoint AND d.message = u.message AND d.state = 1 AND d.run = $4`, rows.endpoint, rows.message, rows.due, int64(run))
	})
	if err == nil {
		s.herald.work()
	}
	return err
}

// Cancel implements store.Backlog.
func (s *Store) Cancel(ctx context.Context, endpoint hook.Key, reason string, n int) (int, error) {
	var canceled int64
	err := s.write(ctx, "cancel deliveries", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE delivery SET state = 4, due_at = 0, reason = $1 WHERE endpoint = $2 AND message = ANY(ARRAY(
			SELECT message FROM delivery WHERE state = 0 AND endpoint = $2 ORDER BY due_at, message LIMIT $3 FOR UPDATE))`,
			reason, int64(endpoint), n)
		if canceled = done.RowsAffected(); err != nil || canceled == 0 {
			return err
		}
		b := &pgx.Batch{}
		addTallies(b, s.canceler(), map[hook.Key]*store.Counts{endpoint: {Canceled: canceled}}, s.clock.Now())
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return 0, err
	}
	return int(canceled), nil
}

// canceler returns the number under which this store counts what is canceled in bulk.
func (s *Store) canceler() int64 {
	if me := s.self.Load(); me != nil {
		return me.writer(canceler)
	}
	return canceler
}

// Replay implements store.Backlog.
func (s *Store) Replay(ctx context.Context, d hook.Delivery) error {
	err := s.write(ctx, "replay the delivery", func(tx pgx.Tx) error {
		var tried bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM attempt WHERE message = $1 AND endpoint = $2)",
			int64(d.MessageKey), int64(d.EndpointKey)).Scan(&tried); err != nil {
			return err
		}
		if tried { // without a row it was delivered
			d.Trigger = hook.Manual
		}
		var rows deliveryRows
		rows.add(d)
		done, err := tx.Exec(ctx, "INSERT INTO delivery SELECT u.*, 0 FROM "+unnestDeliveries+` ON CONFLICT (endpoint, message) DO UPDATE SET
			state = excluded.state, due_at = excluded.due_at, reason = '',
			trigger = CASE WHEN delivery.state = 0 AND delivery.trigger <> 1 THEN 2 ELSE 1 END WHERE delivery.state <> 1`, rows.args()...)
		if err == nil && done.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "already_sending",
				"This message is being sent to this endpoint right now: see how that ends, and resend it then.")
		}
		return err
	})
	if err == nil {
		s.herald.work()
	}
	return err
}

const replayFailed = `WITH chosen AS (SELECT d.message FROM delivery d JOIN message m ON m.key = d.message
		WHERE d.endpoint = $2 AND d.state IN (3, 4) AND d.message > $3 AND d.message < $4 AND m.key > $3 AND m.key < $4
		AND m.id >= $5 AND m.id < $6 AND m.payload IS NOT NULL ORDER BY d.message LIMIT $7 FOR UPDATE OF d),
	replayed AS (UPDATE delivery d SET state = 0, due_at = $1, trigger = 1, reason = ''
		FROM chosen c WHERE d.endpoint = $2 AND d.message = c.message RETURNING d.message)
	SELECT count(*), coalesce(max(message), $3) FROM replayed`

// ReplayFailed implements store.Backlog. It walks the endpoint's failed deliveries in publish order, by an
// index of their own, however many others wait.
func (s *Store) ReplayFailed(
	ctx context.Context, endpoint, after hook.Key, from, until id.ID, n int, now time.Time,
) (count int, last hook.Key, err error) {
	after = max(after, messageKeyAt(from.Time().Add(-clockSpan)))
	before := messageKeyAt(until.Time().Add(clockSpan))
	err = s.write(ctx, "replay failed deliveries", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, replayFailed, now.UnixMicro(), int64(endpoint), int64(after), int64(before), from[:], until[:], n).Scan(&count, &last)
	})
	if err == nil && count > 0 {
		s.herald.work()
	}
	return count, last, err
}

// clockSpan is how far the key of a message, made by one program's clock, may be from the time in its id, made by
// another's: far more than a publish waits, and than clocks differ.
const clockSpan = time.Hour
