package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// MessageTime implements store.Archive.
func (s *Store) MessageTime(key hook.Key) time.Time { return time.UnixMicro(int64(key)).UTC() }

// MessageKey implements store.Archive.
func (s *Store) MessageKey(t time.Time, last hook.Key) hook.Key { return max(messageKeyAt(t), last+1) }

// Restore implements store.Archive.
func (s *Store) Restore(ctx context.Context, b store.Batch) error {
	return s.writer.write(ctx, "restore the archive", func(t *tx) error {
		for _, step := range []func(*tx, store.Batch) error{
			restoreApplications, restoreEndpoints, restoreSources, restoreCatalogue, restoreMessages, restoreSteps, restoreRest,
			restoreReceived, restoreInbox,
		} {
			if err := step(t, b); err != nil {
				return err
			}
		}
		return nil
	})
}

func restoreApplications(t *tx, b store.Batch) error {
	for i, a := range b.Applications {
		stored, err := scanApplication(t.row(insertApplication, a.ID[:], textOrNull(a.UID), a.Name, a.RateLimit,
			metadataText(a.Metadata), micros(a.CreatedAt), micros(a.UpdatedAt)))
		if err != nil {
			return taken("application", err)
		}
		b.Applications[i].Key = stored.Key
	}
	return nil
}

func restoreEndpoints(t *tx, b store.Batch) error {
	for i, e := range b.Endpoints {
		stored, err := scanEndpoint(t.row(insertEndpoint, endpointValues(e, e.ApplicationKey, e.ID[:], micros(e.CreatedAt))...))
		if err != nil {
			return taken("endpoint", err)
		}
		b.Endpoints[i].Key = stored.Key
	}
	for _, d := range b.DeletedEndpoints {
		if err := t.exec(insertDeletedEndpoint, deletedEndpointValues(d)...); err != nil {
			return err
		}
	}
	return nil
}

func restoreCatalogue(t *tx, b store.Batch) error {
	for _, e := range b.EventTypes {
		if _, err := scanEventType(t.row(insertEventType, eventTypeValues(e, micros(e.CreatedAt), e.Name)...)); err != nil {
			return taken("event type", err)
		}
	}
	for _, a := range b.AdHocEventTypes {
		err := t.exec("INSERT INTO ad_hoc_event_type (application, name, created_at) VALUES (?, ?, ?)", a.ApplicationKey, a.Name, micros(a.CreatedAt))
		if err != nil {
			return taken("event type", err)
		}
	}
	for _, k := range b.Tokens {
		err := t.exec(insertToken, k.ID[:], k.Name, k.Hash[:], k.Hint, string(k.Scope), k.ApplicationKey,
			micros(k.ExpiresAt), micros(k.RevokedAt), micros(k.CreatedAt))
		if err != nil {
			return taken("token", err)
		}
	}
	return nil
}

// restoreMessages leaves the keyring behind the restored messages, so that what is published next has a
// larger key.
func restoreMessages(t *tx, b store.Batch) error {
	var messages, short []any
	for i := range b.Messages {
		m := &b.Messages[i]
		t.w.keys.last = max(t.w.keys.last, m.Key)
		messages = appendMessage(messages, m)
		if m.PayloadUntil.Sub(m.CreatedAt) < usualPayloadLife {
			short = append(short, micros(m.PayloadUntil), m.Key)
		}
	}
	return t.insert(
		rows{insertMessage, messageWidth, messages},
		rows{"INSERT INTO short_payload VALUES", 2, short},
	)
}

func restoreSteps(t *tx, b store.Batch) error {
	var deliveries, attempts []any
	for _, d := range b.Deliveries {
		deliveries = append(append(deliveries, deliveryRow(d)...), 0)
	}
	for _, a := range b.Attempts {
		attempts = appendAttempt(attempts, a)
	}
	return t.insert(
		rows{"INSERT INTO delivery VALUES", 9, deliveries},
		rows{"INSERT INTO attempt VALUES", attemptWidth, attempts},
	)
}

func restoreRest(t *tx, b store.Batch) error {
	var claims, tallies, events []any
	for _, c := range b.Claims {
		claims = append(claims, c.Key[:], c.Fingerprint[:], c.MessageKey, c.Answer, micros(c.ReservedAt), micros(c.ExpiresAt))
	}
	for _, c := range b.Tallies {
		tallies = append(tallies, c.EndpointKey, hourOf(c.Hour), c.Success, c.Failed, c.Canceled)
	}
	for _, e := range b.Events {
		events = append(events, e.ID[:], e.ApplicationKey, e.Type, e.Data, micros(e.CreatedAt))
	}
	return t.insert(
		rows{insertClaim, 6, claims},
		rows{"INSERT INTO tally VALUES", 5, tallies},
		rows{"INSERT INTO event VALUES", 5, events},
	)
}
