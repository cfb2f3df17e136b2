package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// nextWaiting finds the first endpoint behind another one that has something waiting, with its
// earliest: two steps into the index of open deliveries, however many wait.
const nextWaiting = `SELECT application, endpoint, due_at FROM delivery INDEXED BY delivery_waiting
	WHERE state = 0 AND endpoint > ? ORDER BY endpoint, due_at, message LIMIT 1`

// Waiting implements store.Backlog.
func (s *Store) Waiting(ctx context.Context, after hook.Key, n int) ([]store.Waiting, error) {
	var found []store.Waiting
	for len(found) < n {
		w := store.Waiting{EndpointKey: after}
		var due int64
		err := s.prompt.QueryRowContext(ctx, nextWaiting, after).Scan(&w.ApplicationKey, &w.EndpointKey, &due)
		if errors.Is(err, sql.ErrNoRows) {
			return found, nil
		}
		if err != nil {
			return nil, translate("find waiting deliveries", err)
		}
		w.DueAt = pack.Time(due)
		found, after = append(found, w), w.EndpointKey
	}
	return found, nil
}

const earliestDue = `SELECT due_at FROM delivery INDEXED BY delivery_waiting
	WHERE state = 0 AND endpoint = ? ORDER BY due_at, message LIMIT 1`

// NextDue implements store.Backlog.
func (s *Store) NextDue(ctx context.Context, endpoint hook.Key) (time.Time, bool, error) {
	var due int64
	err := s.prompt.QueryRowContext(ctx, earliestDue, endpoint).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return time.UnixMicro(due).UTC(), err == nil, translate("find the next delivery", err)
}

const leaseDue = `UPDATE delivery SET state = 1, run = ? WHERE endpoint = ? AND state = 0 AND message IN (
	SELECT message FROM delivery INDEXED BY delivery_waiting
	WHERE state = 0 AND endpoint = ? AND due_at <= ? ORDER BY due_at, message LIMIT ?)
	RETURNING application, message, attempts, due_at, trigger`

// Lease implements store.Backlog. The rows are taken by the writer; payloads are read beside it.
func (s *Store) Lease(ctx context.Context, endpoint hook.Key, now time.Time, n int) ([]store.Leased, error) {
	var leased []store.Leased
	err := s.writer.write(ctx, "lease deliveries", func(t *tx) error {
		rows, err := t.query(leaseDue, t.w.run, endpoint, endpoint, now.UnixMicro(), n)
		if err != nil {
			return err
		}
		leased, err = scanLeased(rows, endpoint)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(leased, func(a, b store.Leased) int {
		return cmp.Or(a.Delivery.DueAt.Compare(b.Delivery.DueAt), cmp.Compare(a.Delivery.MessageKey, b.Delivery.MessageKey))
	})
	return leased, s.loadMessages(ctx, leased)
}

func scanLeased(rows *sql.Rows, endpoint hook.Key) (leased []store.Leased, err error) {
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		d := hook.Delivery{EndpointKey: endpoint, State: hook.Sending}
		var due int64
		if err := rows.Scan(&d.ApplicationKey, &d.MessageKey, &d.Attempts, &due, &d.Trigger); err != nil {
			return nil, err
		}
		d.DueAt = pack.Time(due)
		leased = append(leased, store.Leased{Delivery: d})
	}
	return leased, nil
}

// loadMessages fills in the messages of leased deliveries. One that is gone stays without payload,
// and the engine ends it.
func (s *Store) loadMessages(ctx context.Context, leased []store.Leased) error {
	stmt, err := s.prompt.PrepareContext(ctx, "SELECT id, event_type, event_id, created_at, payload, carried FROM message WHERE key = ?")
	if err != nil {
		return translate("read the messages", err)
	}
	defer func() { err = closeStmt(stmt, err) }()
	for i := range leased {
		m := &leased[i].Message
		m.Key, m.ApplicationKey = leased[i].Delivery.MessageKey, leased[i].Delivery.ApplicationKey
		var raw []byte
		var eventID sql.NullString
		var created sql.NullInt64
		err := stmt.QueryRowContext(ctx, m.Key).Scan(&raw, &m.EventType, &eventID, &created, &m.Payload, pack.IntoCarried(&m.Carried))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return translate("read the messages", err)
		}
		copy(m.ID[:], raw)
		m.EventID, m.CreatedAt = eventID.String, timeOf(created)
	}
	return err
}

// Release implements store.Backlog.
func (s *Store) Release(ctx context.Context, deliveries []hook.Delivery) error {
	return s.writer.write(ctx, "release deliveries", func(t *tx) error {
		for _, d := range deliveries {
			err := t.exec(`UPDATE delivery SET state = 0, run = 0, due_at = ?
				WHERE endpoint = ? AND message = ? AND state = 1 AND run = ?`,
				dueMicros(d), d.EndpointKey, d.MessageKey, t.w.run)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Cancel implements store.Backlog.
func (s *Store) Cancel(ctx context.Context, endpoint hook.Key, reason string, n int) (int, error) {
	var canceled int64
	err := s.writer.write(ctx, "cancel deliveries", func(t *tx) (err error) {
		canceled, err = t.change(`UPDATE delivery SET state = 4, due_at = 0, reason = ? WHERE endpoint = ? AND state = 0
			AND message IN (SELECT message FROM delivery INDEXED BY delivery_waiting
				WHERE state = 0 AND endpoint = ? ORDER BY due_at, message LIMIT ?)`, reason, endpoint, endpoint, n)
		if err != nil || canceled == 0 {
			return err
		}
		return t.exec("INSERT INTO tally VALUES (?, ?, 0, 0, ?)"+addTally, endpoint, hourOf(t.w.clock.Now()), canceled)
	})
	return int(canceled), err
}

// Replay implements store.Backlog.
func (s *Store) Replay(ctx context.Context, d hook.Delivery) error {
	return s.writer.write(ctx, "replay the delivery", func(t *tx) error {
		var tried bool
		if err := t.row("SELECT EXISTS (SELECT 1 FROM attempt WHERE message = ? AND endpoint = ?)", d.MessageKey, d.EndpointKey).Scan(&tried); err != nil {
			return err
		}
		if tried { // without a row it was delivered
			d.Trigger = hook.Manual
		}
		changed, err := t.change(`INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET
			state = excluded.state, due_at = excluded.due_at, reason = '',
			trigger = CASE WHEN delivery.state = 0 AND delivery.trigger <> 1 THEN 2 ELSE 1 END WHERE delivery.state <> 1`, deliveryRow(d)...)
		if err == nil && changed == 0 {
			return fault.New(fault.Conflict, "already_sending",
				"This message is being sent to this endpoint right now: see how that ends, and resend it then.")
		}
		return err
	})
}

const replayFailed = `UPDATE delivery SET state = 0, due_at = ?, trigger = 1, reason = ''
	WHERE endpoint = ? AND message IN (SELECT d.message
		FROM delivery d INDEXED BY delivery_failed CROSS JOIN message m ON m.key = d.message
		WHERE d.endpoint = ? AND d.state IN (3, 4) AND d.message > ? AND d.message < ? AND m.id >= ? AND m.id < ?
		AND m.payload IS NOT NULL ORDER BY d.message LIMIT ?) RETURNING message`

// ReplayFailed implements store.Backlog. It walks the endpoint's failed deliveries in publish order, by an
// index of their own, however many others wait.
func (s *Store) ReplayFailed(
	ctx context.Context, endpoint, after hook.Key, from, until id.ID, n int, now time.Time,
) (count int, last hook.Key, err error) {
	after = max(after, messageKeyAt(from.Time().Add(-commitSpan)))
	before := messageKeyAt(until.Time().Add(commitSpan))
	err = s.writer.write(ctx, "replay failed deliveries", func(t *tx) error {
		replayed, err := keysOf(t, replayFailed, now.UnixMicro(), endpoint, endpoint, after, before, from[:], until[:], n)
		count, last = len(replayed), after
		for _, key := range replayed {
			last = max(last, key.(hook.Key)) //nolint:forcetypeassert // keysOf returns keys
		}
		return err
	})
	return count, last, err
}

// commitSpan is how far the key of a message, the time of its commit, may be from the time in its id: far
// more than a publish waits, and than clocks differ.
const commitSpan = time.Hour
