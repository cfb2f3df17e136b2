package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// arrival is a webhook waiting for its group.
type arrival struct {
	store.Arrival
	store.CommitWaiter
	stored  hook.Received
	repeats id.ID // of the first, if it is the same event again
	err     error
	done    chan error
}

// weight is how many bytes there are to store, about.
func (a *arrival) weight() int { return len(a.Received.Body) }

// Receive implements store.Inbox.
func (s *Store) Receive(_ context.Context, a store.Arrival) (store.Arrived, error) {
	waiting := &arrival{Arrival: a, stored: a.Received, done: make(chan error, 1)}
	if err := queued(s, store.Receiving, s.receiver, waiting, waiting.weight(), waiting.done); err != nil {
		return store.Arrived{}, translate("store the webhook", err)
	}
	if !waiting.repeats.IsZero() {
		return store.Arrived{Received: hook.Received{ID: waiting.repeats}, Repeated: true}, nil
	}
	return store.Arrived{Received: waiting.stored}, nil
}

// answer tells the receiver how it ended. What is stored is handed on first, so that it is processed in the order
// of its keys.
func (a *arrival) answer(err error) {
	if err == nil {
		err = a.err
	}
	if err == nil && a.repeats.IsZero() && a.Stored != nil {
		a.Stored(a.stored)
	}
	a.done <- err
}

// place decides how a webhook stands when it is stored.
func (a *arrival) place(key hook.Key) {
	a.stored = a.Received
	r := &a.stored
	r.Key, r.ChangedAt, r.DueAt = key, r.ReceivedAt, r.ReceivedAt
	r.Status, r.Attempts = hook.IntakeNew, 0
	if a.Taken {
		r.Status, r.Attempts = hook.IntakeProcessing, 1
	}
}

// receiveAll stores the arrivals of a group. One that is refused or the same as an earlier one carries the
// verdict itself; the others go on. It costs two exchanges with the server, and one more if events came before.
func (s *Store) receiveAll(ctx context.Context, all []*arrival) error {
	me := s.self.Load()
	if me == nil {
		return errLost()
	}
	now := s.clock.Now()
	for _, a := range all {
		a.place(me.inbox.next(now))
	}
	e := events{now: now, all: all}
	var isAlive bool
	err := s.acknowledge(ctx, "store a group of webhooks",
		func(b *pgx.Batch) error { fence(b, me.key, &isAlive); e.take(b); return nil },
		func(b *pgx.Batch) error { e.lookUp(b); return orLost(isAlive) },
		func(b *pgx.Batch) error { e.judge(); insertReceived(b, me.key, fresh(all)); return nil },
	)
	if err == nil && slices.ContainsFunc(fresh(all), func(a *arrival) bool { return !a.Taken }) {
		s.herald.work()
	}
	err = translate("store a group of webhooks", s.strayed(ctx, err))
	s.noteRefusedArrivals(all, err)
	return err
}

// fresh returns the arrivals that are neither refused nor repeats.
func fresh(all []*arrival) []*arrival {
	kept := make([]*arrival, 0, len(all))
	for _, a := range all {
		if a.err == nil && a.repeats.IsZero() {
			kept = append(kept, a)
		}
	}
	return kept
}

// noteRefusedArrivals remembers how much a group wanted to write when there was no room.
func (s *Store) noteRefusedArrivals(all []*arrival, err error) {
	if fault.CodeOf(err) != "disk_full" {
		return
	}
	const each = 1 << 10 // the rows, and their places in the indexes
	var total int64
	for _, a := range all {
		total += each + int64(len(a.Received.Body))
	}
	s.refused.Store(total)
}

// conclusion is the end of a processing waiting for its group.
type conclusion struct {
	store.Conclusion
	store.CommitWaiter
	done chan error
}

func (c *conclusion) answer(err error) { c.done <- err }

// Conclude implements store.Inbox.
func (s *Store) Conclude(_ context.Context, c store.Conclusion) error {
	waiting := &conclusion{Conclusion: c, done: make(chan error, 1)}
	return translate("conclude the processing", queued(s, store.Concluding, s.concluder, waiting, 0, waiting.done))
}

// Rows are looked up one by one by their keys: the sums keep the planner from the indexes of what is open, in
// which it would look through all of that for each. The range leaves out the days that are not asked for.
const conclude = `UPDATE received r SET status = u.status, run = 0, due_at = coalesce(u.due_at, r.due_at), changed_at = $6, reason = u.reason,
	message = coalesce(u.message, r.message)
	FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[], $10::bigint[]) AS u (key, status, due_at, reason, message, begun)
	WHERE r.key = u.key AND r.status + 0 = 1 AND r.run + 0 = $7 AND r.changed_at + 0 = u.begun AND r.key >= $8 AND r.key <= $9`

// concludeAll stores the conclusions of a group. It does not ask whether the run is alive: a row says who has it,
// and what nobody has taken over yet may end as it did. Done twice it changes nothing, so it is a single exchange.
func (s *Store) concludeAll(ctx context.Context, all []*conclusion) error {
	var keys, due []*int64
	var begun []int64
	var status []int16
	var reasons, messages [][]byte
	low, high := int64(all[0].Key), int64(all[0].Key)
	again := false
	for _, c := range all {
		key := int64(c.Key)
		low, high = min(low, key), max(high, key)
		keys, status, due = append(keys, &key), append(status, int16(c.Status)), append(due, microsOrNil(c.DueAt))
		begun = append(begun, c.Begun.UnixMicro())
		reasons, messages = append(reasons, []byte(c.Reason)), append(messages, idOrNil(c.Message))
		again = again || c.Status == hook.IntakeNew
	}
	err := s.transact(ctx, "store a group of conclusions", func(b *pgx.Batch) error {
		b.Queue(byIndex)
		b.Queue(conclude, keys, status, due, reasons, messages, s.clock.Now().UnixMicro(), int64(s.run()), low, high, begun)
		return nil
	})
	if err == nil && again {
		s.herald.work()
	}
	return err
}

// byIndex makes the planner do, for the length of a transaction, what the queries of the inbox are written for. A
// day's table is empty when a plan is made for it in the morning, and not in the evening. What it is kept from it
// takes for endlessly expensive where there is no other way, and would compile for seconds (see beginView).
const byIndex = `SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
	set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true)`

func microsOrNil(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	micros := t.UnixMicro()
	return &micros
}

func idOrNil(i id.ID) []byte {
	if i.IsZero() {
		return nil
	}
	return i[:]
}
