package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
	if err := queued(s, store.Publishing, s.publisher, waiting, waiting.weight(), waiting.done); err != nil {
		return store.Receipt{}, translate("publish the message", err)
	}
	if waiting.repeats == 0 {
		return waiting.receipt, nil
	}
	first, err := s.firstOf(ctx, waiting.repeats)
	return store.Receipt{Message: first, Repeated: true}, err
}

// answer tells the publisher how it ended. A stored message is handed on first, so that dispatch sees
// messages in the order of their keys.
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
// itself; the others go on. It costs two exchanges with the server, and one more if keys are repeated or
// event ids given.
func (s *Store) publishAll(ctx context.Context, all []*publication) error {
	me := s.self.Load()
	if me == nil {
		return errLost()
	}
	now := s.clock.Now()
	for _, p := range all {
		p.receipt.Message = p.Message
		p.receipt.Message.Key = me.keys.next(now)
	}
	c, e := claims{now: now, all: all}, eventIDs{now: now, all: all}
	var isAlive bool
	err := s.acknowledge(ctx, "store a group of messages",
		func(b *pgx.Batch) error { fence(b, me.key, &isAlive); c.take(b); return nil },
		func(b *pgx.Batch) error { c.lookUp(b); return orLost(isAlive) },
		func(b *pgx.Batch) error { c.judge(); e.take(b); return nil },
		func(b *pgx.Batch) error { e.judge(b); insertMessages(b, me.key, accepted(all)); return nil },
	)
	if err == nil && anyDeferred(all) {
		s.herald.work()
	}
	err = translate("store a group of messages", s.strayed(ctx, err))
	s.noteRefused(all, err)
	return err
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

func anyDeferred(all []*publication) bool {
	for _, p := range all {
		if len(p.Deferred) > 0 && p.err == nil && p.repeats == 0 {
			return true
		}
	}
	return false
}
