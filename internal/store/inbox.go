package store

import (
	"context"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Arrival is a verified webhook on its way into the store.
type Arrival struct {
	Received hook.Received // without key
	// Same tells the same event sent again, within SameUntil: a hash of the source and of what its dedupe rule
	// names. Zero is never the same.
	Same      [16]byte
	SameUntil time.Time
	// Taken makes it processing in this run's hands at once, because memory has room for it. Otherwise it is
	// new and due at once.
	Taken bool
	// Stored is called with the webhook and its key once it is flushed, before Receive returns and in the order
	// of the keys, unless it was a repeat. It must not block. May be nil.
	Stored func(hook.Received)
}

// Arrived is the answer to an arrival.
type Arrived struct {
	Received hook.Received // as stored; of a repeat, the id of the first one alone
	Repeated bool
}

// Conclusion is what came of processing a received webhook.
type Conclusion struct {
	Key     hook.Key
	Begun   time.Time   // when the processing that it ends was begun: ChangedAt of the webhook as it was handed out
	Status  hook.Intake // done, failed, or new to try again at DueAt
	DueAt   time.Time
	Reason  string
	Message id.ID // that was made of it; zero if none
}

// ReceivedFilter narrows a list of received webhooks. Zero fields do not narrow.
type ReceivedFilter struct {
	Statuses    []hook.Intake // any of them
	EventTypes  []string
	Before      time.Time // received before
	After       time.Time // received at this time or after
	WithContent bool      // load bodies and headers
}

// Fits reports whether the filter keeps what has this status and event type.
func (f ReceivedFilter) Fits(status hook.Intake, eventType string) bool {
	return (len(f.Statuses) == 0 || slices.Contains(f.Statuses, status)) &&
		(len(f.EventTypes) == 0 || slices.Contains(f.EventTypes, eventType))
}

// RefusalCount is how many requests a source refused within an hour, for one cause.
type RefusalCount struct {
	Cause string
	Hour  time.Time
	Count int64
}

// ReceivedLife says how long received webhooks of a source are kept after their last change. Zero is for ever. What is
// processing stays: it ends, or becomes new again.
type ReceivedLife struct{ New, Done, Failed time.Duration }

// Inbox keeps what sources received. What is processing belongs to a run, as a leased delivery does.
type Inbox interface {
	// Receive stores the webhook and returns once it is flushed. One that is the same as an earlier one is not
	// stored again, which is no error. A source that is gone is fault.NotFound.
	Receive(ctx context.Context, a Arrival) (Arrived, error)
	// Take hands up to n new webhooks due at now, earliest due first (of the same time, in the order they came), to
	// this run, as processing, with their content.
	Take(ctx context.Context, now time.Time, n int) ([]hook.Received, error)
	// NextArrival returns when the earliest new webhook is due, and false if none waits.
	NextArrival(ctx context.Context) (time.Time, bool, error)
	// Conclude ends the processing of a webhook that this run holds; one that it no longer holds, or that is gone, is
	// left alone, and so is one that was begun again meanwhile, even by this run: only the last processing counts. A message that it names stays named when a later conclusion names none.
	Conclude(ctx context.Context, c Conclusion) error
	// ReturnStuck makes up to n webhooks new again, due at now: those in the hands of dead runs, and those that have been
	// processing since before the given time (C46), or by a clock that ran as far ahead. It returns how many.
	ReturnStuck(ctx context.Context, before, now time.Time, n int) (int, error)

	// PullInReceived makes new webhooks that wait longer than w allows due when w says at the latest, and returns how many.
	PullInReceived(ctx context.Context, w Waits, now time.Time) (int, error)

	// ReceivedList returns a page of what the source received, newest first, by id.
	ReceivedList(ctx context.Context, source hook.Key, f ReceivedFilter, page Page[id.ID]) (List[hook.Received, id.ID], error)
	// ReceivedOne returns one received webhook of the source with its content.
	ReceivedOne(ctx context.Context, source hook.Key, received id.ID) (hook.Received, error)
	// ReceivedAs returns the webhook of which the application's message was made; fault.NotFound if there is none.
	ReceivedAs(ctx context.Context, application hook.Key, message id.ID) (hook.Received, error)
	// Reprocess makes a webhook new and due at now that has ended, as if it had never been processed (C57). One that
	// has not ended is fault.Conflict with code "still_processing", one whose body is gone with code "body_gone".
	Reprocess(ctx context.Context, source hook.Key, received id.ID, now time.Time) error
	// ExpungeReceived erases the body, headers, query and source URL of a webhook of the source for good. A new webhook
	// becomes failed with ReasonContentExpunged: it is not processed without its content. One that is processing is
	// fault.Conflict with code "still_processing". Repetitions of the webhook are still recognised. Expunging twice
	// changes nothing.
	ExpungeReceived(ctx context.Context, source hook.Key, received id.ID) error
	// DeleteReceived removes a webhook of the source. One that is processing is fault.Conflict with code
	// "still_processing". Repetitions of the webhook are still recognised.
	DeleteReceived(ctx context.Context, source hook.Key, received id.ID) error
	// StatusCounts returns how many webhooks of the source have each status, counted up to MostCounted.
	StatusCounts(ctx context.Context, source hook.Key) (map[hook.Intake]int64, error)

	// Refuse counts refused requests of the source and keeps the samples, of each source the newest MostRefused. A
	// source that is gone is no error, and nothing is kept.
	Refuse(ctx context.Context, source hook.Key, counts []RefusalCount, samples []hook.Refused) error
	// Refusals returns the counts of the source in the hours from the one of the given time on, and its samples;
	// both newest first.
	Refusals(ctx context.Context, source hook.Key, since time.Time) ([]RefusalCount, []hook.Refused, error)

	// PurgeReceived removes up to n received webhooks of the source whose time is over at now, and returns how many.
	// For a zero source it removes up to n rows of what has no source any more, of dedupe keys that are over at now,
	// and of refusals older than the life of what failed.
	PurgeReceived(ctx context.Context, source hook.Key, life ReceivedLife, now time.Time, n int) (int, error)
}

// RefuseProcessing refuses to erase a webhook of this status while a run is processing it: the content is in the memory
// of that run, and becomes a message.
func RefuseProcessing(status hook.Intake) error {
	if status != hook.IntakeProcessing {
		return nil
	}
	return fault.New(fault.Conflict, "still_processing", "The received webhook is being processed: try again once that has ended.")
}

// ReasonContentExpunged is the reason of a webhook whose content was erased before it was processed.
const ReasonContentExpunged = "Its content was erased before it was processed."

// MostRefused is how many refused requests of a source are kept as samples.
const MostRefused = 100
