package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// settlement is a step of a delivery waiting for its group.
type settlement struct {
	store.Settlement
	store.CommitWaiter
	done chan error
}

// Settle implements store.Journal.
func (s *Store) Settle(_ context.Context, step store.Settlement) error {
	waiting := &settlement{Settlement: step, done: make(chan error, 1)}
	add := func(g *group) { g.settlements = append(g.settlements, waiting) }
	return translate("settle the delivery", s.writer.queued(store.Settling, &waiting.CommitWaiter, 0, waiting.done, add))
}

func settleAll(t *tx, all []*settlement) error {
	if len(all) == 0 {
		return nil
	}
	now := t.w.clock.Now()
	for _, step := range []func(*tx, []*settlement) error{insertAttempts, moveDeliveries, closeMessages} {
		if err := step(t, all); err != nil {
			return err
		}
	}
	if err := count(t, all, now); err != nil {
		return err
	}
	return recordHealth(t, all, now)
}

func insertAttempts(t *tx, all []*settlement) error {
	var values []any
	for _, s := range all {
		for _, a := range []*hook.Attempt{s.Earlier, s.Attempt} {
			if a != nil {
				values = appendAttempt(values, *a)
			}
		}
	}
	_, err := t.insertUnless(rows{"INSERT INTO attempt VALUES", attemptWidth, values}, " ON CONFLICT DO NOTHING")
	return err
}

// attemptWidth is how many values appendAttempt adds.
const attemptWidth = 13

func appendAttempt(values []any, a hook.Attempt) []any {
	return append(values, a.MessageKey, a.EndpointKey, a.ID[:], a.Outcome, a.Cause, a.Status, a.Trigger, a.Number,
		a.Duration.Microseconds(), a.URL, a.Response, headersOrNull(a.Headers), a.Truncated)
}

func headersOrNull(headers map[string]string) any {
	if len(headers) == 0 {
		return nil
	}
	text, err := json.Marshal(headers)
	if err != nil {
		panic("sqlite: a map of texts did not become JSON: " + err.Error())
	}
	return string(text)
}

// moveDeliveries writes the rows of deliveries that have something to say, and removes those that no
// longer have: a delivered one is told by its attempts.
func moveDeliveries(t *tx, all []*settlement) error {
	for _, s := range all {
		var err error
		d := s.Delivery
		switch {
		case s.Fresh && d.State == hook.Delivered:
		case s.Fresh:
			err = t.exec(insertDelivery, deliveryRow(d)...)
		case d.State == hook.Delivered:
			err = t.exec("DELETE FROM delivery WHERE endpoint = ? AND message = ? AND state = 1 AND run = ?",
				d.EndpointKey, d.MessageKey, t.w.run)
		default:
			err = t.exec(`UPDATE delivery SET state = ?, attempts = ?, due_at = ?, trigger = ?, reason = ?, run = 0
				WHERE endpoint = ? AND message = ? AND state = 1 AND run = ?`,
				d.State, d.Attempts, dueMicros(d), d.Trigger, d.Reason, d.EndpointKey, d.MessageKey, t.w.run)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A row that exists already was made by a replay while the first attempt was on its way: it stands.
const insertDelivery = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"

func deliveryRow(d hook.Delivery) []any {
	return []any{d.EndpointKey, d.MessageKey, d.ApplicationKey, d.State, d.Attempts, dueMicros(d), d.Trigger, d.Reason}
}

func dueMicros(d hook.Delivery) int64 {
	if d.DueAt.IsZero() {
		return 0
	}
	return d.DueAt.UnixMicro()
}

// closeMessages takes messages whose last fresh delivery was settled out of the open work.
func closeMessages(t *tx, all []*settlement) error {
	var single []any
	counted := map[hook.Key]int{}
	for _, s := range all {
		switch {
		case !s.Fresh:
		case s.Fan <= 1:
			single = append(single, s.Delivery.MessageKey)
		default:
			counted[s.Delivery.MessageKey]++
		}
	}
	if err := t.each("DELETE FROM open_message WHERE message IN ", "", single); err != nil {
		return err
	}
	for message, settled := range counted {
		if err := countDown(t, message, settled); err != nil {
			return err
		}
	}
	return nil
}

func countDown(t *tx, message hook.Key, settled int) error {
	changed, err := t.change("DELETE FROM open_message WHERE message = ? AND remaining <= ?", message, settled)
	if err != nil || changed > 0 {
		return err
	}
	return t.exec("UPDATE open_message SET remaining = remaining - ? WHERE message = ?", settled, message)
}

// count keeps the hourly numbers of ended deliveries.
func count(t *tx, all []*settlement, now time.Time) error {
	tallies := map[hook.Key]*store.Counts{}
	for _, s := range all {
		if !s.Delivery.State.Ended() {
			continue
		}
		tally := tallies[s.Delivery.EndpointKey]
		if tally == nil {
			tally = &store.Counts{}
			tallies[s.Delivery.EndpointKey] = tally
		}
		switch s.Delivery.State {
		case hook.Delivered:
			tally.Success++
		case hook.Exhausted:
			tally.Failed++
		default:
			tally.Canceled++
		}
	}
	var values []any
	for endpoint, tally := range tallies {
		values = append(values, endpoint, hourOf(now), tally.Success, tally.Failed, tally.Canceled)
	}
	_, err := t.insertUnless(rows{"INSERT INTO tally VALUES", 5, values}, addTally)
	return err
}

const addTally = ` ON CONFLICT DO UPDATE SET success = success + excluded.success,
	failed = failed + excluded.failed, canceled = canceled + excluded.canceled`

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func recordHealth(t *tx, all []*settlement, now time.Time) error {
	for _, s := range all {
		if s.Health != nil {
			if err := setHealth(t, s.Delivery.EndpointKey, *s.Health, now); err != nil {
				return err
			}
		}
		for _, e := range s.Events {
			if err := t.exec("INSERT INTO event VALUES (?, ?, ?, ?, ?)",
				e.ID[:], e.ApplicationKey, e.Type, e.Data, micros(e.CreatedAt)); err != nil {
				return err
			}
		}
	}
	return nil
}

func setHealth(t *tx, endpoint hook.Key, h hook.Health, now time.Time) error {
	if h.Disabled == "" {
		return t.exec("UPDATE endpoint SET failing_since = ? WHERE key = ?", micros(h.FailingSince), endpoint)
	}
	return t.exec(`UPDATE endpoint SET failing_since = ?, disabled = 1, disabled_reason = ?, updated_at = ?
		WHERE key = ? AND disabled = 0`, micros(h.FailingSince), h.Disabled, now.UnixMicro(), endpoint)
}
