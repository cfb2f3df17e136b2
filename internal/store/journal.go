package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Publication is a message on its way into the store.
type Publication struct {
	Message hook.Message // without key; Targets is the frozen list
	// Deferred are those of the targets, rising, that memory has no room for: they get a waiting
	// delivery due at once instead of being handed to Committed's caller.
	Deferred []hook.Key
	Claim    *Claim // nil without an idempotency key
	// Committed is called with the message and its key once it is flushed, before Publish returns and in
	// the order of the keys, unless the publication was a repeat. It must not block. May be nil.
	Committed func(hook.Message)
}

// Receipt is the answer to a publication.
type Receipt struct {
	Message  hook.Message // as stored; of a repeat, the first one
	Repeated bool         // the idempotency key had been used for the same publication
}

// Settlement is one step of a delivery: an attempt, an end without one, or a postponement. A postponement has no
// attempt and a delivery that waits: nothing was sent, and it is due again at DueAt with the attempts and the
// trigger that it says. A fresh one gets its row with that, and counts as settled for its message's open work.
type Settlement struct {
	Attempt *hook.Attempt // nil if nothing was sent
	// Earlier is an attempt that Attempt repeated at once; nil if there is none. It is stored like Attempt and decides
	// nothing: the delivery and the counts are those after Attempt.
	Earlier *hook.Attempt
	// Delivery is the state that the delivery goes to: waiting again or ended.
	Delivery hook.Delivery
	// Fresh says that the delivery came from Publication.Committed and has no row yet; otherwise it came
	// from Backlog.Lease and the row must still be held by this run.
	Fresh bool
	// Fan is how many deliveries of the message are fresh: its targets less the deferred ones. The message
	// leaves the open work with the last of them.
	Fan    int
	Health *hook.Health // the endpoint's health if this step changed it, else nil
	Events []hook.Event // what is to be recorded about it
}

// Journal takes what must not be lost: messages and what became of them. Calls of all goroutines share
// transactions.
type Journal interface {
	// Publish stores the message with its targets and returns once it is flushed. It refuses with
	// fault.Conflict an event id that the application used within 24 hours (code "event_id_taken"), and an
	// idempotency key that was used with another fingerprint (code "idempotency_mismatch") or for a message
	// that was purged since (code "message_purged").
	Publish(ctx context.Context, p Publication) (Receipt, error)
	// Repeated returns the message that Publish stored with c's key, and false if there is none at now. It
	// refuses another fingerprint and a purged message as Publish does, and stores nothing.
	Repeated(ctx context.Context, c Claim, now time.Time) (hook.Message, bool, error)
	// Settle stores the attempt, the delivery's next state, the endpoint's health and the events together.
	// A leased delivery that this run no longer holds is left alone and its attempt is stored all the same.
	// A message, endpoint or application that is gone meanwhile is no error.
	Settle(ctx context.Context, s Settlement) error
}
