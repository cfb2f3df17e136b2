package walk

import (
	"database/sql"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// Standing is what the rows say about a delivery: its own, if it has one, and its newest attempt's, if any was
// made.
type Standing struct {
	state    sql.Null[hook.State]
	attempts sql.Null[int]
	due      sql.Null[int64]
	trigger  sql.Null[hook.Trigger]
	reason   sql.Null[string]
	outcome  sql.Null[hook.OutcomeKind]
	number   sql.Null[int]
	answer   sql.Null[int] // HTTP status of the newest attempt
}

// Fields are the destinations for state, attempts, due_at, trigger and reason of the delivery, and outcome, number
// and status of the attempt.
func (s *Standing) Fields() []any {
	return []any{&s.state, &s.attempts, &s.due, &s.trigger, &s.reason, &s.outcome, &s.number, &s.answer}
}

// Answer is the HTTP status of the newest attempt, and zero without one.
func (s *Standing) Answer() int { return s.answer.V }

// Delivery returns how d stands. Without a row its attempts tell: it went well, or, without one, it is
// still in the memory of the run that took the message.
func (s *Standing) Delivery(d hook.Delivery) (hook.Delivery, store.Status) {
	switch {
	case s.state.Valid:
		return s.kept(d)
	case !s.outcome.Valid:
		d.State = hook.Sending
		return d, store.StatusPending
	case s.outcome.V == hook.Succeeded:
		d.State, d.Attempts = hook.Delivered, s.number.V
		return d, store.StatusSuccess
	default:
		d.State, d.Attempts = hook.Exhausted, s.number.V
		return d, store.StatusFailed
	}
}

// kept returns what the row says.
func (s *Standing) kept(d hook.Delivery) (hook.Delivery, store.Status) {
	d.State, d.Attempts, d.Trigger, d.Reason = s.state.V, s.attempts.V, s.trigger.V, s.reason.V
	if s.due.V != 0 {
		d.DueAt = pack.Time(s.due.V)
	}
	switch d.State {
	case hook.Waiting:
		return d, store.StatusPending
	case hook.Sending:
		return d, store.StatusSending
	case hook.Delivered:
		return d, store.StatusSuccess
	case hook.Canceled:
		return d, store.StatusCanceled
	default:
		return d, store.StatusFailed
	}
}
