package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Waiting says that an endpoint has deliveries that wait.
type Waiting struct {
	ApplicationKey hook.Key
	EndpointKey    hook.Key
	DueAt          time.Time // of the earliest
}

// Leased is a delivery that this run holds, with what it takes to send it. Message.Payload is nil if
// it is gone; Message.Targets is not filled.
type Leased struct {
	Delivery hook.Delivery
	Message  hook.Message
}

// Backlog is the open work that is in the database rather than in memory. Its cost depends on what is
// open, never on the history.
type Backlog interface {
	// Waiting returns the endpoints with waiting deliveries, rising by key, from behind after, at most n.
	Waiting(ctx context.Context, after hook.Key, n int) ([]Waiting, error)
	// Lease hands up to n deliveries of the endpoint due at now, earliest first (of the same time, in
	// publish order), to this run, as Sending. Nothing due is an empty slice.
	Lease(ctx context.Context, endpoint hook.Key, now time.Time, n int) ([]Leased, error)
	// NextDue returns when the endpoint's earliest waiting delivery is due, and false if none waits.
	NextDue(ctx context.Context, endpoint hook.Key) (time.Time, bool, error)
	// Release puts deliveries that this run holds but did not send back to waiting, due at their DueAt.
	Release(ctx context.Context, deliveries []hook.Delivery) error
	// Cancel ends up to n waiting deliveries of the endpoint for the given reason and returns how many it ended.
	Cancel(ctx context.Context, endpoint hook.Key, reason string, n int) (int, error)
	// Replay makes a delivery due again because a person asked, whether or not it was ever a target. What is stored about it
	// decides: one that waits on its schedule gets the trigger ManualAhead and keeps its attempts, any other Manual. Without a
	// row, d.Trigger counts if it was never tried, and it is Manual if it was. One
	// that is in somebody's hands is left alone: fault.Conflict with code "already_sending".
	Replay(ctx context.Context, d hook.Delivery) error
	// ReplayFailed makes up to n exhausted or canceled deliveries of the endpoint due again, those of
	// messages with a payload, ids in [from, until) and keys behind after, in publish order. It returns how many
	// and the last message's key, so that one that fails again at once is not taken twice.
	ReplayFailed(ctx context.Context, endpoint, after hook.Key, from, until id.ID, n int, now time.Time) (int, hook.Key, error)
	// PullIn makes deliveries of the endpoint that wait longer than w allows due when w says at the latest, and returns how
	// many. One whose receiver asked for the wait is left alone up to w.Asked. It reads what waits a page at a time, and
	// writes only what it changes.
	PullIn(ctx context.Context, endpoint hook.Key, w Waits, now time.Time) (int, error)
	// Rescue takes over open work that runs now dead, ended or buried, left behind: up to n deliveries are made waiting, due at
	// now. A delivery whose request may have left also gets an interrupted attempt with an id from newID. It
	// returns how many it took; zero means that nothing is left. Endpoints whose work
	// it took are reported to took.
	Rescue(ctx context.Context, now time.Time, n int, newID func() id.ID, took func(Waiting)) (int, error)
}

// Keeper does the chores of a store.
type Keeper interface {
	// Begin opens this run: from here on it owns what it accepts and leases. The run that this store was
	// before is dead from then on, and so is any with the same identity.
	Begin(ctx context.Context, run Run, now time.Time) error
	// End closes this run in good order: nothing it holds is in flight any more.
	End(ctx context.Context) error
	// Expire drops payloads whose time is over at now. It looks at up to n messages and returns at how many;
	// zero means that nothing is left.
	Expire(ctx context.Context, now time.Time, n int) (int, error)
	// Purge removes up to n rows of what is over and returns how many went; zero means that nothing is left.
	// Messages published before the given time go oldest first, then what hung on them, also what is settled
	// only afterwards; events and tallies of that time; tokens that expired or were revoked by then; and at once
	// what is over at now: idempotency keys, and tokens of portals. A delivery that still waits keeps its row: it is
	// leased without a payload when it is due, and goes once it has ended.
	Purge(ctx context.Context, before, now time.Time, n int) (int, error)
	// Agree stores value under name if nothing is there, or if what is there is former (nil is nothing), and
	// returns what is there now: programs that share a database agree on it.
	Agree(ctx context.Context, name string, value, former []byte) ([]byte, error)
	// Check writes and flushes a row, so that health can say whether the promise can be kept.
	Check(ctx context.Context, now time.Time) error
	// Describe returns facts about the engine for people: name, durability, size.
	Describe(ctx context.Context) (Description, error)
}

// Description is what an engine says about itself.
type Description struct {
	Engine     string // "sqlite" or "postgres"
	Version    string
	Durability string // the settings that make a commit survive a power cut
	Bytes      int64  // size of the database on disk
	Schema     int64  // number of the newest migration
}
