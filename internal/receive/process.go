package receive

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// process does with a webhook what its source says, and notes what came of it. One that fails keeps no other from
// being processed.
func (s *Service) process(ctx context.Context, r hook.Received) {
	defer s.queue.release(int64(len(r.Body)))
	conclusion := s.conclusion(ctx, r)
	if ctx.Err() != nil {
		return // it stays in this run's hands and is found when the run has ended
	}
	s.conclude(ctx, r, conclusion)
}

// conclusion processes a webhook and says what came of it.
func (s *Service) conclusion(ctx context.Context, r hook.Received) store.Conclusion {
	c := store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone, Message: r.Message}
	made, why, err := s.forward(ctx, r)
	switch {
	case err == nil && made.IsZero():
		c.Reason = why
	case err == nil:
		c.Message = made
	case s.again(r, err):
		c.Status, c.DueAt, c.Reason = hook.IntakeNew, s.config.Clock.Now().Add(s.wait(r)), reasonOf(err)
	default:
		c.Status, c.Reason = hook.IntakeFailed, reasonOf(err)
	}
	return c
}

// forward publishes the message that the webhook becomes. Of one that becomes none it returns why.
func (s *Service) forward(ctx context.Context, r hook.Received) (made id.ID, why string, err error) {
	d, err := s.table.door(ctx, r.SourceKey)
	if err != nil {
		return id.ID{}, "", err
	}
	rules := d.source.Rules.Forward
	eventType := EventType(rules.Prefix, r.EventType)
	if why = d.whyNot(r, eventType); why != "" {
		return id.ID{}, why, nil
	}
	made, err = s.Publisher.Publish(ctx, Message{
		Application: d.source.ApplicationKey, EventType: eventType, Channels: rules.Channels, Payload: payloadOf(r), Carried: carriedOf(r, rules), Once: once(r),
	})
	return made, "", err
}

// whyNot returns why a webhook becomes no message, for the owner of its source; empty if it becomes one. A batch goes on
// as it is if one of its events is wanted.
func (d *Door) whyNot(r hook.Received, eventType string) string {
	f := d.source.Rules.Forward
	switch {
	case f.Off:
		return "It became no message: the source forwards nothing."
	case !wanted(f, r.EventType, eventType) && !wantedAmong(f, d.provider.Types(r.Body)):
		return "It became no message: its event type " + eventType + " is none of those that the source forwards."
	}
	return ""
}

// once names a processing so that a repetition of it after a crash makes no second message, and one that a person
// asked for does: that comes with the message of the one before.
func once(r hook.Received) string {
	name := id.Received.Text(r.ID)
	if !r.Message.IsZero() {
		name += ":" + id.Message.Text(r.Message)
	}
	return name
}

// again reports whether a failure may pass by itself: the database was away, or something failed that nobody
// planned for.
func (s *Service) again(r hook.Received, err error) bool {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Internal, fault.Limited:
		return r.Attempts <= len(s.config.Retries)
	}
	return false
}

func (s *Service) wait(r hook.Received) time.Duration { return s.config.Retries[max(r.Attempts, 1)-1] }

// reasonOf returns a sentence for the owner of the source. What nobody planned for is in the log.
func reasonOf(err error) string {
	if fault.KindOf(err) == fault.Internal {
		return "Something went wrong here. The log has more."
	}
	return detailOf(err)
}

// How often a conclusion is written before the webhook is left to be found as stuck (C46), unless the database is only
// away for a while.
const (
	concludeTries = 5
	concludeWait  = time.Second
)

// conclude writes down what came of a webhook. It waits for a database that is away, however long: until it is back there
// is nothing else to do, the line is bounded, and a webhook that nobody waits for any more would be found an hour
// later only. When the service ends it is not waited for: what a run that is over held is found at once.
func (s *Service) conclude(ctx context.Context, r hook.Received, c store.Conclusion) {
	s.report(ctx, r, c)
	for try := 1; ; try++ {
		err := s.Store.Conclude(ctx, c)
		if err == nil {
			return
		}
		if ctx.Err() != nil || try >= concludeTries && (s.stopped() || !fault.Passing(err)) {
			s.config.Log.WarnContext(ctx, "what came of a webhook could not be written down; it is processed once more later, without a second message",
				"received", id.Received.Text(r.ID), "error", err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(concludeWait):
		}
	}
}

func (s *Service) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// report counts what came of a webhook, and logs what did not go well.
func (s *Service) report(ctx context.Context, r hook.Received, c store.Conclusion) {
	switch c.Status {
	case hook.IntakeDone:
		s.processed.Add(1)
		return
	case hook.IntakeFailed:
		s.failed.Add(1)
	case hook.IntakeNew: // it is tried again: the database is away, and so it is for all the others
		if _, ok := s.warnings.Pass("retry", s.config.Clock.Steady()); !ok {
			return
		}
	}
	s.config.Log.WarnContext(ctx, "a received webhook was not processed", "received", id.Received.Text(r.ID), "status", c.Status.String(), "reason", c.Reason)
}
