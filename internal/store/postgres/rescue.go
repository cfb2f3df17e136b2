package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// rescue is one call of Rescue.
type rescue struct {
	ctx   context.Context //nolint:containedctx // lives exactly as long as the call
	tx    pgx.Tx
	now   time.Time
	newID func() id.ID
	took  map[hook.Key]store.Waiting
	count int
	rows  attemptRows
}

// deadRun is a run that ended, one way or the other.
type deadRun struct {
	key    hook.Key
	clean  bool
	window int
}

// Rescue implements store.Backlog. One program at a time does it.
func (s *Store) Rescue(ctx context.Context, now time.Time, n int, newID func() id.ID, took func(store.Waiting)) (int, error) {
	r := &rescue{ctx: ctx, now: now, newID: newID}
	err := s.chore(ctx, rescuing, "take over open work", func(tx pgx.Tx) error {
		r.tx, r.count, r.took, r.rows = tx, 0, map[hook.Key]store.Waiting{}, attemptRows{}
		if err := s.aliveIn(ctx, tx); err != nil {
			return err
		}
		return r.take(n)
	})
	if err != nil {
		s.herald.work() // if it was committed all the same, nobody was told
		return 0, err
	}
	for _, w := range r.took {
		took(w)
	}
	return r.count, nil
}

// aliveIn refuses a run that others have taken for dead.
func (s *Store) aliveIn(ctx context.Context, tx pgx.Tx) error {
	var isAlive bool
	if err := tx.QueryRow(ctx, "SELECT "+runAlive, int64(s.run())).Scan(&isAlive); err != nil {
		return err
	}
	return orLost(isAlive)
}

// take takes from one dead run after the other: what it held first, then what was in its memory.
func (r *rescue) take(n int) error {
	for _, source := range []struct {
		holders string
		take    func(deadRun, int) error
	}{{heldBy, r.takeHeld}, {openBy, r.takeFresh}} {
		dead, err := r.deadAmong(source.holders)
		if err != nil {
			return err
		}
		for _, run := range dead {
			if err := source.take(run, n-r.count); err != nil {
				return err
			}
			if r.count >= n {
				return r.interruptAll()
			}
		}
		if r.count > 0 {
			return r.interruptAll()
		}
	}
	return nil
}

// Who has something, found by one step into an index for each.
const (
	heldBy = `WITH RECURSIVE h AS ((SELECT run FROM delivery WHERE state = 1 ORDER BY run LIMIT 1) UNION ALL
		SELECT (SELECT d.run FROM delivery d WHERE d.state = 1 AND d.run > h.run ORDER BY d.run LIMIT 1) FROM h WHERE h.run IS NOT NULL)`
	openBy = `WITH RECURSIVE h AS ((SELECT run FROM open_message ORDER BY run LIMIT 1) UNION ALL
		SELECT (SELECT o.run FROM open_message o WHERE o.run > h.run ORDER BY o.run LIMIT 1) FROM h WHERE h.run IS NOT NULL)`
	whoIsDead = ` SELECT h.run, coalesce(r.ended_at IS NOT NULL AND r.buried_at IS NULL, false), coalesce(r.reach, 0) FROM h
		LEFT JOIN run r ON r.key = h.run WHERE h.run IS NOT NULL AND (r.key IS NULL OR r.ended_at IS NOT NULL OR r.buried_at IS NOT NULL) ORDER BY 1`
)

func (r *rescue) deadAmong(holders string) ([]deadRun, error) {
	rows, err := r.tx.Query(r.ctx, holders+whoIsDead)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (run deadRun, err error) {
		err = row.Scan(&run.key, &run.clean, &run.window)
		return run, err
	})
}

const takeHeld = `UPDATE delivery SET state = 0, run = 0, due_at = $1 WHERE state = 1 AND run = $2 AND (endpoint, message) IN (SELECT endpoint, message
		FROM delivery WHERE state = 1 AND run = $2 ORDER BY endpoint, message LIMIT $3 FOR UPDATE SKIP LOCKED)
	RETURNING application, message, endpoint, attempts, trigger`

// takeHeld takes deliveries that a dead run had leased. It leases few more than it sends, so each
// of them counts as interrupted.
func (r *rescue) takeHeld(run deadRun, n int) error {
	rows, err := r.tx.Query(r.ctx, takeHeld, r.now.UnixMicro(), int64(run.key), n)
	if err != nil {
		return err
	}
	var d hook.Delivery
	_, err = pgx.ForEachRow(rows, []any{&d.ApplicationKey, &d.MessageKey, &d.EndpointKey, &d.Attempts, &d.Trigger}, func() error {
		r.note(d)
		if !run.clean {
			r.interrupt(d)
		}
		return nil
	})
	return err
}

// Open messages are taken oldest first. One whose message was purged has no targets any more.
const openOf = `SELECT o.message, coalesce(m.application, 0), coalesce(m.targets, '') FROM open_message o
	LEFT JOIN message m ON m.key = o.message WHERE o.run = $1 ORDER BY o.message LIMIT $2 FOR UPDATE OF o SKIP LOCKED`

// takeFresh takes messages that were in the memory of a dead run: what of their targets has neither gone
// well nor a row of its own.
func (r *rescue) takeFresh(run deadRun, n int) error {
	marks, err := r.marksOf(run)
	if err != nil {
		return err
	}
	for until := r.count + n; r.count < until; {
		open, err := r.readOpen(run, until-r.count)
		if err != nil {
			return err
		}
		if len(open) == 0 {
			break
		}
		if err := r.takeMessages(withTargets(open, until-r.count), run, marks); err != nil {
			return err
		}
	}
	return marks.keep(r)
}

// withTargets returns as many from the beginning as have n targets, or all.
func withTargets(open []hook.Message, n int) []hook.Message {
	for i, m := range open {
		if n -= len(m.Targets); n <= 0 {
			return open[:i+1]
		}
	}
	return open
}

func (r *rescue) readOpen(run deadRun, n int) ([]hook.Message, error) {
	rows, err := r.tx.Query(r.ctx, openOf, int64(run.key), n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m hook.Message, err error) {
		err = row.Scan(&m.Key, &m.ApplicationKey, pack.IntoKeys(&m.Targets))
		return m, err
	})
}

func (r *rescue) takeMessages(all []hook.Message, run deadRun, marks *marks) error {
	created, err := r.create(all)
	if err != nil {
		return err
	}
	for i, m := range all {
		for _, endpoint := range created[i] {
			d := hook.Delivery{ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: endpoint}
			r.note(d)
			if !run.clean && marks.add(endpoint, run.window) {
				r.interrupt(d)
			}
		}
	}
	_, err = r.tx.Exec(r.ctx, "DELETE FROM open_message WHERE run = $1 AND message = ANY($2)", int64(run.key),
		numbers(all, func(m hook.Message) hook.Key { return m.Key }))
	return err
}

// A target that was reached has an attempt that went well. One that failed has a row, unless its run had lost its
// lease by then: so a failed attempt alone does not settle it, unlike in SQLite. Of the rows that are there, those
// that a person made count too: a resend may come while the first request is on the wire.
const createOpen = `WITH target AS (SELECT endpoint FROM unnest($1::bigint[]) AS u (endpoint)
		WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.message = $2 AND a.endpoint = u.endpoint AND a.outcome = 0)),
	created AS (INSERT INTO delivery SELECT endpoint, $2, $3, 0, 0, $4, 0, '', 0 FROM target ORDER BY endpoint
		ON CONFLICT DO NOTHING RETURNING endpoint)
	SELECT endpoint FROM created UNION ALL
	SELECT endpoint FROM target t WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.endpoint = t.endpoint AND d.message = $2 AND d.trigger <> 0)
		AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.message = $2 AND a.endpoint = t.endpoint)`

// create gives the fresh deliveries of messages that are open waiting rows and returns their endpoints, message by
// message. It asks about all at once: a run may have had tens of thousands in its memory.
func (r *rescue) create(all []hook.Message) ([][]hook.Key, error) {
	created := make([][]hook.Key, len(all))
	b := &pgx.Batch{}
	for i, m := range all {
		b.Queue(createOpen, numbers(m.Targets, itself), int64(m.Key), int64(m.ApplicationKey), r.now.UnixMicro()).Query(func(rows pgx.Rows) (err error) {
			created[i], err = pgx.CollectRows(rows, pgx.RowTo[hook.Key])
			return err
		})
	}
	return created, r.tx.SendBatch(r.ctx, b).Close()
}

func (r *rescue) note(d hook.Delivery) {
	r.count++
	r.took[d.EndpointKey] = store.Waiting{ApplicationKey: d.ApplicationKey, EndpointKey: d.EndpointKey, DueAt: r.now}
}

// interrupt records that a request may have left before the program died.
func (r *rescue) interrupt(d hook.Delivery) {
	r.rows.add(&hook.Attempt{ID: r.newID(), MessageKey: d.MessageKey, EndpointKey: d.EndpointKey, Outcome: hook.Interrupted,
		Cause: "interrupted", Trigger: d.Trigger, Number: d.Attempts + 1})
}

// interruptAll stores what interrupt recorded, with the URLs that the endpoints have now.
func (r *rescue) interruptAll() error {
	if len(r.rows.message) == 0 {
		return nil
	}
	rows, err := r.tx.Query(r.ctx, "SELECT key, url FROM endpoint WHERE key = ANY($1::bigint[])", r.rows.endpoint)
	if err != nil {
		return err
	}
	urls := map[int64]string{}
	var key int64
	var url string
	if _, err := pgx.ForEachRow(rows, []any{&key, &url}, func() error { urls[key] = url; return nil }); err != nil {
		return err
	}
	for i, endpoint := range r.rows.endpoint {
		r.rows.url[i] = urls[endpoint]
	}
	b := &pgx.Batch{}
	r.rows.insert(b)
	return r.tx.SendBatch(r.ctx, b).Close()
}
