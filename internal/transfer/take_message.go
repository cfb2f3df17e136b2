package transfer

import (
	"errors"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// takeMessage puts a message behind the one before it, where its age puts it.
func (i *importer) takeMessage(l messageLine) (err error) {
	m := hook.Message{
		EventType: l.EventType, EventID: l.EventID, Channels: l.Channels, Tags: l.Tags, Payload: l.Payload,
		Carried:   l.carried(),
		CreatedAt: l.CreatedAt, PayloadUntil: l.PayloadUntil, Targets: make([]hook.Key, len(l.Targets)),
	}
	if m.ApplicationKey, err = i.applicationOf(l.Application); err != nil {
		return err
	}
	if m.ID, err = id.Message.Parse(l.ID); err != nil {
		return err
	}
	for n, target := range l.Targets {
		if m.Targets[n], err = i.endpointOf(m.ApplicationKey, target); err != nil {
			return err
		}
	}
	slices.Sort(m.Targets)
	m.Key = i.To.MessageKey(l.PublishedAt, i.last)
	i.message, i.last = hook.Message{Key: m.Key, ApplicationKey: m.ApplicationKey}, m.Key
	i.batch.Messages = append(i.batch.Messages, m)
	return nil
}

// target returns the key of an endpoint that a line of the present message names.
func (i *importer) target(endpoint string) (hook.Key, error) {
	if i.message.Key == 0 {
		return 0, errors.New("there is no message before it")
	}
	return i.endpointOf(i.message.ApplicationKey, endpoint)
}

func (i *importer) delivery(l deliveryLine) error {
	endpoint, err := i.target(l.Endpoint)
	if err != nil {
		return err
	}
	state, err := numberOf(states(), l.State)
	i.batch.Deliveries = append(i.batch.Deliveries, hook.Delivery{
		ApplicationKey: i.message.ApplicationKey, MessageKey: i.message.Key, EndpointKey: endpoint, State: hook.State(state),
		Attempts: l.Attempts, DueAt: l.DueAt, Trigger: hook.Trigger(l.Trigger), Reason: l.Reason, //nolint:gosec // 0 or 1
	})
	if hook.State(state) == hook.Sending {
		return errors.New("it is in the hands of another program")
	}
	return err
}

func (i *importer) attempt(l attemptLine) error {
	endpoint, err := i.target(l.Endpoint)
	if err != nil {
		return err
	}
	parsed, err := id.Attempt.Parse(l.ID)
	if err != nil {
		return err
	}
	outcome, err := numberOf(outcomes(), l.Outcome)
	if err != nil {
		return err
	}
	truncated, err := numberOf(truncations(), l.Truncated)
	i.batch.Attempts = append(i.batch.Attempts, hook.Attempt{
		ID: parsed, ApplicationKey: i.message.ApplicationKey, MessageKey: i.message.Key, EndpointKey: endpoint,
		Outcome: hook.OutcomeKind(outcome), Cause: l.Cause, Status: l.Status, Trigger: hook.Trigger(l.Trigger), //nolint:gosec // 0 or 1
		Number: l.Number, URL: l.URL, Duration: time.Duration(l.Micros) * time.Microsecond, Response: l.Response, Headers: l.Headers,
		Truncated: hook.Truncation(truncated),
	})
	return err
}

func (i *importer) claim(l claimLine) error {
	c := store.ArchivedClaim{MessageKey: i.message.Key, ReservedAt: l.ReservedAt}
	c.ExpiresAt = l.ExpiresAt
	if l.Gone {
		c.MessageKey = store.GoneMessage
	}
	i.batch.Claims = append(i.batch.Claims, c)
	if c.MessageKey == 0 {
		return errors.New("there is no message before it")
	}
	last := &i.batch.Claims[len(i.batch.Claims)-1]
	return errors.Join(fill(last.Key[:], l.Key), fill(last.Fingerprint[:], l.Fingerprint))
}
