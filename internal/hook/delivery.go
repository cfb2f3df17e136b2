package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/retry"
)

// State is where a delivery stands. docs/concepts/delivery.md draws the moves.
type State uint8

// The states of a delivery.
const (
	Waiting   State = iota // due at DueAt, in nobody's hands
	Sending                // in the hands of one node: queued in its memory or on the wire
	Delivered              // the endpoint said yes
	Exhausted              // every attempt failed
	Canceled               // ended without success by a decision, see Delivery.Reason
)

// Ended reports whether no further attempt will be made by itself.
func (s State) Ended() bool { return s >= Delivered }

// String returns the state's name.
func (s State) String() string {
	return [...]string{"waiting", "sending", "delivered", "exhausted", "canceled"}[s]
}

// Why a delivery was canceled.
const (
	ReasonDeleted  = "endpoint deleted"
	ReasonDisabled = "endpoint disabled"
	ReasonExpunged = "payload gone" // expunged or expired before it could be sent
)

// Trigger says who asked for an attempt. Attempts have Scheduled or Manual only.
type Trigger uint8

// The triggers; the numbers are those of the public interface.
const (
	Scheduled Trigger = 0 // the publish itself or a retry on schedule
	Manual    Trigger = 1 // a person asked (resend, recover): one attempt, after which the delivery ends
	// ManualAhead is a manual attempt of a delivery that is on its schedule. If it fails the schedule goes on.
	ManualAhead Trigger = 2
)

// Delivery is one message on its way to one endpoint. It waits, is leased by one node, collects
// attempts, and ends as delivered, exhausted or canceled.
type Delivery struct {
	ApplicationKey Key
	MessageKey     Key
	EndpointKey    Key
	State          State
	Attempts       int       // finished attempts since it was published or last replayed; interrupted ones do not count
	DueAt          time.Time // earliest start of the next attempt while waiting
	Trigger        Trigger   // who asked for the next attempt
	Reason         string    // why it was canceled
}

// OfAttempt returns the trigger of an attempt of a delivery with trigger t.
func (t Trigger) OfAttempt() Trigger {
	if t == ManualAhead {
		return Manual
	}
	return t
}

// Settle returns d as it stands after an attempt with outcome o, made under policy p. chance in [0,1)
// spreads the retries. It decides and stores nothing.
func (d Delivery) Settle(o Outcome, p retry.Policy, now time.Time, chance float64) Delivery {
	d.DueAt, d.Reason = time.Time{}, ""
	if o.Kind == Interrupted {
		return d.wait(now)
	}
	trigger := d.Trigger
	d.Trigger = Scheduled
	if trigger != ManualAhead || o.Kind == Succeeded {
		d.Attempts++
	}
	if o.Kind == Succeeded {
		d.State = Delivered
		return d
	}
	wait, more := p.Wait(max(d.Attempts, 1), chance, o.RetryAfter)
	if o.Kind == Gone || !more || trigger == Manual {
		d.State = Exhausted
		return d
	}
	return d.wait(now.Add(wait))
}

// Cancel returns d ended for the given reason. A delivery that has ended already stays as it is.
func (d Delivery) Cancel(reason string) Delivery {
	if d.State.Ended() {
		return d
	}
	d.State, d.Reason, d.DueAt = Canceled, reason, time.Time{}
	return d
}

// Postpone returns d as it stands when nothing could be sent for a reason that is not the endpoint's: it waits
// and has used up no attempt.
func (d Delivery) Postpone(until time.Time) Delivery {
	d.Reason = ""
	return d.wait(until)
}

// Replay returns d as it stands when a person asks for it again: due now for one attempt. One that is on its
// schedule returns to it if that attempt fails.
func (d Delivery) Replay(now time.Time) Delivery {
	scheduled := !d.State.Ended() && d.Trigger != Manual
	d.Trigger, d.Reason = Manual, ""
	if scheduled {
		d.Trigger = ManualAhead
	}
	return d.wait(now)
}

func (d Delivery) wait(until time.Time) Delivery {
	d.State, d.DueAt = Waiting, until
	return d
}
