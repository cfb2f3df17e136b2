package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// reach counts, for each dead run and endpoint, the deliveries that were marked as interrupted. A run
// sends an endpoint's fresh deliveries in publish order and keeps at most its window unsettled, so
// only the oldest open ones, as many as the window, can have left.
type reach map[stretch]int

type stretch struct{ run, endpoint hook.Key }

// rescue is one call of Rescue.
type rescue struct {
	now   time.Time
	newID func() id.ID
	took  map[hook.Key]store.Waiting
	count int
}

// deadRun is a run that ended, one way or the other.
type deadRun struct {
	clean  bool
	window int
}

// Rescue implements store.Backlog.
func (s *Store) Rescue(ctx context.Context, now time.Time, n int, newID func() id.ID, took func(store.Waiting)) (int, error) {
	r := &rescue{now: now, newID: newID}
	err := s.writer.write(ctx, "take over open work", func(t *tx) error {
		r.count, r.took = 0, map[hook.Key]store.Waiting{}
		runs, err := deadRuns(t)
		if err != nil || len(runs) == 0 {
			return err
		}
		if err := r.takeHeld(t, runs, n); err != nil || r.count > 0 {
			return err
		}
		return r.takeFresh(t, runs, s.rescued, n)
	})
	if err != nil {
		return 0, err
	}
	for _, w := range r.took {
		took(w)
	}
	return r.count, nil
}

func deadRuns(t *tx) (runs map[hook.Key]deadRun, err error) {
	rows, err := t.query("SELECT key, reach, ended_at IS NOT NULL FROM run WHERE key <> ?", t.w.run)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	runs = map[hook.Key]deadRun{}
	for rows.Next() {
		var key hook.Key
		var run deadRun
		if err := rows.Scan(&key, &run.window, &run.clean); err != nil {
			return nil, err
		}
		runs[key] = run
	}
	return runs, nil
}

// takeHeld takes deliveries that a dead run had leased. It leases few more than it sends, so each
// of them counts as interrupted.
func (r *rescue) takeHeld(t *tx, runs map[hook.Key]deadRun, n int) error {
	held, err := readHeld(t, n)
	if err != nil {
		return err
	}
	for _, h := range held {
		if err := r.wait(t, h.Delivery); err != nil {
			return err
		}
		if !runs[h.run].clean {
			if err := r.interrupt(t, h.Delivery); err != nil {
				return err
			}
		}
	}
	return nil
}

type heldDelivery struct {
	hook.Delivery
	run hook.Key
}

func readHeld(t *tx, n int) (held []heldDelivery, err error) {
	rows, err := t.query(`SELECT endpoint, message, application, attempts, trigger, run
		FROM delivery INDEXED BY delivery_sending WHERE state = 1 AND run <> ? LIMIT ?`, t.w.run, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var h heldDelivery
		if err := rows.Scan(&h.EndpointKey, &h.MessageKey, &h.ApplicationKey, &h.Attempts, &h.Trigger, &h.run); err != nil {
			return nil, err
		}
		held = append(held, h)
	}
	return held, nil
}

// takeFresh takes messages that were in the memory of a dead run: what of their targets has neither an
// attempt nor a row of its own.
func (r *rescue) takeFresh(t *tx, runs map[hook.Key]deadRun, marked reach, n int) error {
	open, err := readOpen(t, n)
	if err != nil {
		return err
	}
	for _, o := range open {
		if r.count >= n {
			return nil
		}
		if err := r.takeMessage(t, o, runs[o.run], marked); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM open_message WHERE message = ?", o.Key); err != nil {
			return err
		}
	}
	return nil
}

type openMessage struct {
	hook.Message
	run hook.Key
}

func readOpen(t *tx, n int) (open []openMessage, err error) {
	rows, err := t.query(`SELECT o.message, o.run, m.application, m.targets FROM open_message o
		JOIN message m ON m.key = o.message WHERE o.run <> ? ORDER BY o.message LIMIT ?`, t.w.run, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var o openMessage
		var targets []byte
		if err := rows.Scan(&o.Key, &o.run, &o.ApplicationKey, &targets); err != nil {
			return nil, err
		}
		o.Targets = pack.KeysOf(targets)
		open = append(open, o)
	}
	return open, nil
}

func (r *rescue) takeMessage(t *tx, o openMessage, run deadRun, marked reach) error {
	known, err := settledTargets(t, o.Key, len(o.Targets))
	if err != nil {
		return err
	}
	for _, endpoint := range o.Targets {
		if known[endpoint] {
			continue
		}
		d := hook.Delivery{ApplicationKey: o.ApplicationKey, MessageKey: o.Key, EndpointKey: endpoint}
		fresh, err := r.create(t, d)
		if err != nil {
			return err
		}
		of := stretch{o.run, endpoint}
		if fresh && !run.clean && marked[of] < run.window {
			marked[of]++
			if err := r.interrupt(t, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// settledTargets returns the endpoints at which the message was attempted.
func settledTargets(t *tx, message hook.Key, size int) (known map[hook.Key]bool, err error) {
	rows, err := t.query("SELECT DISTINCT endpoint FROM attempt WHERE message = ?", message)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	known = make(map[hook.Key]bool, size)
	for rows.Next() {
		var endpoint hook.Key
		if err := rows.Scan(&endpoint); err != nil {
			return nil, err
		}
		known[endpoint] = true
	}
	return known, nil
}

// create gives a fresh delivery a waiting row and reports whether it was in memory. A row that is there
// already says that it was deferred or ended, unless a person made it: a resend may come while the first
// request is on the wire.
func (r *rescue) create(t *tx, d hook.Delivery) (fresh bool, err error) {
	d.State, d.DueAt = hook.Waiting, r.now
	changed, err := t.change(insertDelivery, deliveryRow(d)...)
	if err != nil {
		return false, err
	}
	if fresh = changed > 0; !fresh {
		err = t.row("SELECT trigger <> 0 FROM delivery WHERE endpoint = ? AND message = ?", d.EndpointKey, d.MessageKey).Scan(&fresh)
	}
	if fresh {
		r.note(d)
	}
	return fresh, err
}

func (r *rescue) wait(t *tx, d hook.Delivery) error {
	d.DueAt = r.now
	r.note(d)
	return t.exec("UPDATE delivery SET state = 0, run = 0, due_at = ? WHERE endpoint = ? AND message = ?",
		dueMicros(d), d.EndpointKey, d.MessageKey)
}

func (r *rescue) note(d hook.Delivery) {
	r.count++
	r.took[d.EndpointKey] = store.Waiting{ApplicationKey: d.ApplicationKey, EndpointKey: d.EndpointKey, DueAt: r.now}
}

// interrupt records that a request may have left before the process died.
func (r *rescue) interrupt(t *tx, d hook.Delivery) error {
	var url string
	err := t.row("SELECT url FROM endpoint WHERE key = ?", d.EndpointKey).Scan(&url)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	a := hook.Attempt{ID: r.newID(), MessageKey: d.MessageKey, EndpointKey: d.EndpointKey, Outcome: hook.Interrupted,
		Cause: "interrupted", Trigger: d.Trigger.OfAttempt(), Number: d.Attempts + 1, URL: url}
	return t.insert(rows{"INSERT INTO attempt VALUES", attemptWidth, appendAttempt(nil, a)})
}
