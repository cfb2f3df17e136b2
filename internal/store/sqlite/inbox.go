package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
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
	add := func(g *group) { g.arrivals = append(g.arrivals, waiting) }
	if err := s.writer.queued(store.Receiving, &waiting.CommitWaiter, waiting.weight(), waiting.done, add); err != nil {
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
	a.err, a.repeats = nil, id.ID{}
	a.stored = a.Received
	r := &a.stored
	r.Key, r.ChangedAt, r.DueAt = key, r.ReceivedAt, r.ReceivedAt
	r.Status, r.Attempts = hook.IntakeNew, 0
	if a.Taken {
		r.Status, r.Attempts = hook.IntakeProcessing, 1
	}
}

// receiveAll stores the arrivals of a group. One that is refused or the same as an earlier one carries the
// verdict itself; the others go on.
func receiveAll(t *tx, all []*arrival) error {
	if len(all) == 0 {
		return nil
	}
	now := t.w.clock.Now()
	for _, a := range all {
		a.place(t.w.inbox.next(now))
	}
	if err := refuseForGone(t, all); err != nil {
		return err
	}
	if err := tellSame(t, all, now); err != nil {
		return err
	}
	return insertReceived(t, all)
}

// refuseForGone refuses what came for a source that was deleted meanwhile.
func refuseForGone(t *tx, all []*arrival) error {
	known := map[hook.Key]bool{}
	for _, a := range all {
		there, asked := known[a.Received.SourceKey]
		if !asked {
			if err := t.row("SELECT EXISTS (SELECT 1 FROM source WHERE key = ?)", a.Received.SourceKey).Scan(&there); err != nil {
				return err
			}
			known[a.Received.SourceKey] = there
		}
		if !there {
			a.err = fault.Missing("source")
		}
	}
	return nil
}

// An event whose time is over may come again, as if it had never come.
const unlessSame = ` ON CONFLICT (same) DO UPDATE SET received = excluded.received, at = excluded.at, until = excluded.until
	WHERE received_same.until <= excluded.at`

// tellSame finds out which arrivals of a group are events that came before.
func tellSame(t *tx, all []*arrival, now time.Time) error {
	var values []any
	for _, a := range all {
		if a.err == nil && a.Same != [16]byte{} {
			values = append(values, a.Same[:], a.stored.ID[:], now.UnixMicro(), a.SameUntil.UnixMicro())
		}
	}
	repeated, err := t.insertUnless(rows{"INSERT INTO received_same VALUES", 4, values}, unlessSame)
	if err != nil || !repeated {
		return err
	}
	for _, a := range all {
		if a.err != nil || a.Same == [16]byte{} {
			continue
		}
		var first id.ID
		if err := t.row("SELECT received FROM received_same WHERE same = ?", a.Same[:]).Scan(pack.IntoID(&first)); err != nil {
			return err
		}
		if first != a.stored.ID {
			a.repeats = first
		}
	}
	return nil
}

func insertReceived(t *tx, all []*arrival) error {
	var received, content []any
	for _, a := range all {
		if a.err != nil || !a.repeats.IsZero() {
			continue
		}
		r := &a.stored
		var run hook.Key
		if a.Taken {
			run = t.w.run
		}
		received = append(received, r.Key, r.SourceKey, r.ApplicationKey, r.ID[:], r.Method, r.Query, r.ContentType, r.SourceURL, r.Remote,
			r.KeyHint, r.EventID, r.EventType, micros(r.OccurredAt), r.ReceivedAt.UnixMicro(), r.Status, run, r.Attempts, r.DueAt.UnixMicro(),
			r.ChangedAt.UnixMicro(), "", nil, nil)
		content = append(content, r.Key, pack.Header(r.Headers), bodyOf(r))
	}
	return t.insert(rows{"INSERT INTO received VALUES", 22, received}, rows{"INSERT INTO received_content VALUES", 3, content})
}

// bodyOf returns the body as it is kept: an empty one is not one that is gone.
func bodyOf(r *hook.Received) []byte {
	if r.Body == nil {
		return []byte{}
	}
	return r.Body
}

// conclusion is the end of a processing waiting for its group.
type conclusion struct {
	store.Conclusion
	store.CommitWaiter
	done chan error
}

// Conclude implements store.Inbox.
func (s *Store) Conclude(_ context.Context, c store.Conclusion) error {
	waiting := &conclusion{Conclusion: c, done: make(chan error, 1)}
	add := func(g *group) { g.conclusions = append(g.conclusions, waiting) }
	return translate("conclude the processing", s.writer.queued(store.Concluding, &waiting.CommitWaiter, 0, waiting.done, add))
}

const conclude = `UPDATE received SET status = ?, run = 0, due_at = coalesce(?, due_at), changed_at = ?, reason = ?,
	message = coalesce(?, message) WHERE key = ? AND status = 1 AND run = ? AND changed_at = ?`

func concludeAll(t *tx, all []*conclusion) error {
	if len(all) == 0 {
		return nil
	}
	now := t.w.clock.Now()
	for _, c := range all {
		if err := t.exec(conclude, c.Status, micros(c.DueAt), now.UnixMicro(), c.Reason, idOrNull(c.Message), c.Key, t.w.run, c.Begun.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

func idOrNull(i id.ID) any {
	if i.IsZero() {
		return nil
	}
	return i[:]
}
