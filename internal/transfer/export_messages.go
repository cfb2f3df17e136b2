package transfer

import (
	"cmp"
	"context"
	"slices"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// hanging are the walks over what hangs on messages, all rising by message.
type hanging struct {
	claims     *cursor[store.ArchivedClaim]
	attempts   *cursor[hook.Attempt]
	deliveries *cursor[hook.Delivery]
}

// messages writes the messages, each with what hangs on it.
func (e *exporter) messages(ctx context.Context, s store.Snapshot) error {
	h := hanging{pull(s.Claims(ctx)), pull(s.Attempts(ctx)), pull(s.Deliveries(ctx))}
	defer h.claims.stop()
	defer h.attempts.stop()
	defer h.deliveries.stop()
	for m, err := range s.Messages(ctx) {
		if err == nil {
			err = e.alone(h.claims, m.Key)
		}
		if err == nil {
			err = e.message(h, m)
		}
		if err != nil {
			return err
		}
	}
	return e.alone(h.claims, 0)
}

// alone writes the claims in front of a message, all that are left if it is zero: of other operations, and of
// messages that are not in the stream.
func (e *exporter) alone(claims *cursor[store.ArchivedClaim], before hook.Key) error {
	for claims.there && (before == 0 || claims.item.MessageKey < before) {
		if err := e.claim(claims.item, true); err != nil {
			return err
		}
		claims.advance()
	}
	return claims.err
}

func (e *exporter) claim(c store.ArchivedClaim, gone bool) error {
	if c.MessageKey != 0 {
		return e.out.put(kindClaim, claimLine{kindClaim, c.Key[:], c.Fingerprint[:], gone, c.ReservedAt, c.ExpiresAt})
	}
	if !e.secrets() || e.Box == nil {
		return nil // an answer may hold a token
	}
	answer, err := e.Box.Open(c.Answer, c.Bound())
	if err != nil {
		return nil //nolint:nilerr // sealed with a key that is gone: who asks again gets no answer here either
	}
	return e.out.put(kindAnswer, answerLine{kindAnswer, c.Key[:], c.Fingerprint[:], answer, c.ReservedAt, c.ExpiresAt})
}

func (e *exporter) message(h hanging, m store.ArchivedMessage) error {
	err := e.out.put(kindMessage, messageLine{
		kindMessage, e.applications[m.ApplicationKey], id.Message.Text(m.ID), m.EventType, m.EventID, m.Channels, m.Tags,
		e.From.MessageTime(m.Key), m.CreatedAt, m.PayloadUntil, e.endpoints.names(m.Targets), m.Payload,
		carried{headerLineOf(m.Carried.Headers), m.Carried.Hops, m.Carried.ContentType},
	})
	if err != nil {
		return err
	}
	for ; h.claims.there && h.claims.item.MessageKey == m.Key; h.claims.advance() {
		if err := e.claim(h.claims.item, false); err != nil {
			return err
		}
	}
	known := map[hook.Key]bool{}
	if err := e.attempts(h.attempts, m.Key, known); err != nil {
		return err
	}
	return e.deliveries(h.deliveries, m, known)
}

// attempts writes the attempts of a message, and marks as known where it was attempted.
func (e *exporter) attempts(attempts *cursor[hook.Attempt], message hook.Key, known map[hook.Key]bool) error {
	for ; attempts.there && attempts.item.MessageKey <= message; attempts.advance() {
		a := attempts.item
		if a.MessageKey < message {
			continue
		}
		known[a.EndpointKey] = true
		err := e.out.put(kindAttempt, attemptLine{
			kindAttempt, e.endpoints.name(a.EndpointKey), id.Attempt.Text(a.ID), outcomes()[a.Outcome], a.Cause, a.Status, int(a.Trigger),
			a.Number, a.Duration.Microseconds(), a.URL, a.Response, a.Headers, truncations()[a.Truncated],
		})
		if err != nil {
			return err
		}
	}
	return attempts.err
}

// deliveries writes what of a message has not ended well. What is only in the memory of a run, its targets with
// neither an attempt nor a row, is written as a delivery that waits since the publish, as are those that a run
// has in its hands.
func (e *exporter) deliveries(rows *cursor[hook.Delivery], m store.ArchivedMessage, known map[hook.Key]bool) error {
	var all []hook.Delivery
	for ; rows.there && rows.item.MessageKey <= m.Key; rows.advance() {
		if d := rows.item; d.MessageKey == m.Key {
			all, known[d.EndpointKey] = append(all, d), true
		}
	}
	if rows.err != nil {
		return rows.err
	}
	for _, endpoint := range m.Targets {
		if m.InMemory && !known[endpoint] {
			all = append(all, hook.Delivery{EndpointKey: endpoint, State: hook.Waiting, DueAt: m.CreatedAt})
		}
	}
	slices.SortFunc(all, func(a, b hook.Delivery) int {
		return cmp.Compare(e.endpoints.name(a.EndpointKey), e.endpoints.name(b.EndpointKey))
	})
	for _, d := range all {
		if err := e.delivery(d); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) delivery(d hook.Delivery) error {
	if d.State == hook.Sending {
		d.State = hook.Waiting
	}
	if !e.endpoints.exists(d.EndpointKey) {
		d = d.Cancel(hook.ReasonDeleted)
	}
	return e.out.put(kindDelivery, deliveryLine{
		kindDelivery, e.endpoints.name(d.EndpointKey), states()[d.State], d.Attempts, d.DueAt, int(d.Trigger), d.Reason,
	})
}
