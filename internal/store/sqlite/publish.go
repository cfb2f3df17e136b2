package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// eventIDWindow is how long an event id cannot be used again (public interface: "up to a day").
const eventIDWindow = 24 * time.Hour

// publication is a message waiting for its group.
type publication struct {
	store.Publication
	store.CommitWaiter
	receipt store.Receipt
	repeats hook.Key // the message that the idempotency key stands for, if it was used before
	err     error
	done    chan error
}

// weight is how many bytes there are to store, about.
func (p *publication) weight() int { return len(p.Message.Payload) }

// Publish implements store.Journal.
func (s *Store) Publish(ctx context.Context, p store.Publication) (store.Receipt, error) {
	waiting := &publication{Publication: p, receipt: store.Receipt{Message: p.Message}, done: make(chan error, 1)}
	add := func(g *group) { g.publications = append(g.publications, waiting) }
	if err := s.writer.queued(store.Publishing, &waiting.CommitWaiter, waiting.weight(), waiting.done, add); err != nil {
		return store.Receipt{}, translate("publish the message", err)
	}
	if waiting.repeats == 0 {
		return waiting.receipt, nil
	}
	first, err := s.firstOf(ctx, waiting.repeats)
	return store.Receipt{Message: first, Repeated: true}, err
}

// answer tells the publisher how it ended. A stored message is handed on first, so that dispatch
// sees messages in the order of their keys.
func (p *publication) answer(err error) {
	if err == nil {
		err = p.err
	}
	if err == nil && p.repeats == 0 && p.Committed != nil {
		p.Committed(p.receipt.Message)
	}
	p.done <- err
}

// publishAll stores the publications of a group. One that is refused or repeated carries the verdict
// itself; the others go on.
func publishAll(t *tx, all []*publication) error {
	if len(all) == 0 {
		return nil
	}
	now := t.w.clock.Now()
	for _, p := range all {
		p.err, p.repeats = nil, 0
		p.receipt.Message = p.Message
		p.receipt.Message.Key = t.w.keys.next(now)
	}
	if err := claimAll(t, all, now); err != nil {
		return err
	}
	if err := refuseTakenEventIDs(t, all, now); err != nil {
		return err
	}
	return insertMessages(t, accepted(all))
}

// accepted returns the publications that are neither refused nor repeats.
func accepted(all []*publication) []*publication {
	kept := make([]*publication, 0, len(all))
	for _, p := range all {
		if p.err == nil && p.repeats == 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

func refuseTakenEventIDs(t *tx, all []*publication, now time.Time) error {
	type name struct {
		application hook.Key
		eventID     string
	}
	var seen map[name]bool
	for _, p := range all {
		if p.Message.EventID == "" || p.err != nil || p.repeats != 0 {
			continue
		}
		if seen == nil {
			seen = map[name]bool{}
		}
		key := name{p.Message.ApplicationKey, p.Message.EventID}
		used := seen[key]
		if !used {
			err := t.row("SELECT EXISTS (SELECT 1 FROM message WHERE application = ? AND event_id = ? AND key > ?)",
				key.application, key.eventID, messageKeyAt(now.Add(-eventIDWindow))).Scan(&used)
			if err != nil {
				return err
			}
		}
		if used {
			if err := refuse(t, p, all); err != nil {
				return err
			}
		}
		seen[key] = true
	}
	return nil
}

// refuse marks p, and whoever repeats it in the same group, as refused for its event id, and gives its
// idempotency key back.
func refuse(t *tx, p *publication, all []*publication) error {
	p.err = fault.New(fault.Conflict, "event_id_taken",
		"A message with the event id %q was published within the last 24 hours.", p.Message.EventID)
	for _, other := range all {
		if other.repeats == p.receipt.Message.Key {
			other.err = p.err
		}
	}
	if p.Claim == nil {
		return nil
	}
	return t.exec("DELETE FROM claim WHERE key = ?", p.Claim.Key[:])
}

// insertMessages stores messages with what is open about them.
func insertMessages(t *tx, all []*publication) error {
	var messages, open, deferred, short []any
	for _, p := range all {
		m := &p.receipt.Message
		messages = appendMessage(messages, m)
		if fresh := len(m.Targets) - len(p.Deferred); fresh > 0 {
			open = append(open, m.Key, t.w.run, fresh)
		}
		for _, endpoint := range p.Deferred {
			deferred = append(deferred, endpoint, m.Key, m.ApplicationKey, hook.Waiting, 0, micros(m.CreatedAt), hook.Scheduled, "", 0)
		}
		if m.PayloadUntil.Sub(m.CreatedAt) < usualPayloadLife {
			short = append(short, micros(m.PayloadUntil), m.Key)
		}
	}
	return t.insert(
		rows{insertMessage, messageWidth, messages},
		rows{"INSERT INTO open_message VALUES", 3, open},
		rows{"INSERT INTO delivery VALUES", 9, deferred},
		rows{"INSERT INTO short_payload VALUES", 2, short},
	)
}
