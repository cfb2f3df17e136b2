package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// MessageTime implements store.Archive.
func (s *Store) MessageTime(key hook.Key) time.Time { return timeAt(int64(key) / slots) }

// MessageKey implements store.Archive. SQLite makes a key for every microsecond, so what comes from there has
// the slot zero; what comes from here and shares a microsecond keeps its order in the slots.
func (s *Store) MessageKey(t time.Time, last hook.Key) hook.Key { return max(messageKeyAt(t), last+1) }

// Restore implements store.Archive.
func (s *Store) Restore(ctx context.Context, b store.Batch) error {
	return s.write(ctx, "restore the archive", func(tx pgx.Tx) error {
		if err := alone(ctx, tx, restoring); err != nil {
			return err
		}
		r := &restoration{tx: tx, now: s.clock.Now()}
		for _, step := range []func(context.Context, store.Batch) error{
			r.applications, r.endpoints, r.sources, r.catalogue, r.partitions, r.messages, r.rest, r.inbox,
		} {
			if err := step(ctx, b); err != nil {
				return err
			}
		}
		return s.changed(ctx, tx, store.Change{Kind: store.AnythingChanged})
	})
}

// restoring is the duty of whoever restores: the tables of the past are made by one.
const restoring duty = 100

// restoration is one batch in its transaction. Texts are made what PostgreSQL keeps: the other engine keeps
// more, and a move must not end at the name of something.
type restoration struct {
	tx  pgx.Tx
	now time.Time
}

func (r *restoration) applications(ctx context.Context, b store.Batch) error {
	for i, a := range b.Applications {
		stored, err := scanApplication(r.tx.QueryRow(ctx, insertApplication, a.ID[:], textOrNull(a.UID), storable(a.Name), a.RateLimit,
			metadataText(a.Metadata), micros(a.CreatedAt), micros(a.UpdatedAt)))
		if err != nil {
			return taken("application", err)
		}
		b.Applications[i].Key = stored.Key
	}
	return nil
}

func (r *restoration) endpoints(ctx context.Context, b store.Batch) error {
	for i, e := range b.Endpoints {
		e.Description = storable(e.Description)
		stored, err := scanEndpoint(r.tx.QueryRow(ctx, insertEndpoint, endpointValues(e, e.ApplicationKey, e.ID[:], micros(e.CreatedAt))...))
		if err != nil {
			return taken("endpoint", err)
		}
		b.Endpoints[i].Key = stored.Key
	}
	for _, d := range b.DeletedEndpoints {
		d.Description = storable(d.Description)
		if _, err := r.tx.Exec(ctx, insertDeletedEndpoint, deletedEndpointValues(d)...); err != nil {
			return err
		}
	}
	return nil
}

func (r *restoration) catalogue(ctx context.Context, b store.Batch) error {
	for _, e := range b.EventTypes {
		e.Description, e.Group = storable(e.Description), storable(e.Group)
		if _, err := scanEventType(r.tx.QueryRow(ctx, insertEventType, eventTypeValues(e, micros(e.CreatedAt), e.Name)...)); err != nil {
			return taken("event type", err)
		}
	}
	for _, a := range b.AdHocEventTypes {
		_, err := r.tx.Exec(ctx, "INSERT INTO ad_hoc_event_type (application, name, created_at) VALUES ($1, $2, $3)",
			a.ApplicationKey, storable(a.Name), micros(a.CreatedAt))
		if err != nil {
			return taken("event type", err)
		}
	}
	for _, k := range b.Tokens {
		_, err := r.tx.Exec(ctx, insertToken, k.ID[:], storable(k.Name), k.Hash[:], k.Hint, string(k.Scope), k.ApplicationKey,
			micros(k.ExpiresAt), micros(k.RevokedAt), micros(k.CreatedAt))
		if err != nil {
			return taken("token", err)
		}
	}
	return nil
}

// partitions makes the tables of the days that the messages and received webhooks are from: those that a server
// makes ahead begin yesterday.
func (r *restoration) partitions(ctx context.Context, b store.Batch) error {
	keys := slices.Concat(numbers(b.Messages, func(m hook.Message) hook.Key { return m.Key }),
		numbers(b.Received, func(w hook.Received) hook.Key { return w.Key }))
	if len(keys) == 0 {
		return nil
	}
	have, err := partitions(ctx, r.tx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		day := timeAt(key / slots).Truncate(24 * time.Hour)
		for _, table := range partitioned() {
			name := table + "_p" + day.Format(dayName)
			if have[name] {
				continue
			}
			if err := makePartition(ctx, r.tx, table, name, day); err != nil {
				return err
			}
			have[name] = true
		}
	}
	return nil
}

// Event ids that cannot be used again yet have a table of their own here. Of several the newest counts.
const restoreEventIDs = `INSERT INTO event_id SELECT DISTINCT ON (application, name) * FROM
	unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS u (application, name, message, until)
	ORDER BY application, name, until DESC
	ON CONFLICT (application, name) DO UPDATE SET message = excluded.message, until = excluded.until`

func (r *restoration) messages(ctx context.Context, b store.Batch) error {
	var messages messageRows
	var until, short, applications, named, ends []int64
	var names []string
	for i := range b.Messages {
		m := &b.Messages[i]
		messages.add(m)
		if m.PayloadUntil.Sub(m.CreatedAt) < usualPayloadLife {
			until, short = append(until, m.PayloadUntil.UnixMicro()), append(short, int64(m.Key))
		}
		if end := timeAt(int64(m.Key) / slots).Add(eventIDWindow); m.EventID != "" && end.After(r.now) {
			applications, names = append(applications, int64(m.ApplicationKey)), append(names, m.EventID)
			named, ends = append(named, int64(m.Key)), append(ends, end.UnixMicro())
		}
	}
	batch := &pgx.Batch{}
	messages.insert(batch)
	if len(short) > 0 {
		batch.Queue("INSERT INTO short_payload SELECT * FROM unnest($1::bigint[], $2::bigint[])", until, short)
	}
	if len(names) > 0 {
		batch.Queue(restoreEventIDs, applications, names, named, ends)
	}
	return r.tx.SendBatch(ctx, batch).Close()
}

const (
	restoreClaim = "INSERT INTO claim (key, fingerprint, message, answer, reserved_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)"
	restoreTally = "INSERT INTO tally (endpoint, hour, writer, success, failed, canceled) VALUES ($1, $2, 0, $3, $4, $5)"
	restoreEvent = "INSERT INTO event (id, application, type, data, created_at) VALUES ($1, $2, $3, $4, $5)"
)

func (r *restoration) rest(ctx context.Context, b store.Batch) error {
	var deliveries deliveryRows
	var attempts attemptRows
	batch := &pgx.Batch{}
	for _, d := range b.Deliveries {
		deliveries.add(d)
	}
	deliveries.insert(batch)
	for i := range b.Attempts {
		attempts.add(&b.Attempts[i])
	}
	attempts.insert(batch)
	for _, c := range b.Claims {
		batch.Queue(restoreClaim, c.Key[:], c.Fingerprint[:], int64(c.MessageKey), c.Answer, micros(c.ReservedAt), micros(c.ExpiresAt))
	}
	for _, t := range b.Tallies {
		batch.Queue(restoreTally, int64(t.EndpointKey), hourOf(t.Hour), t.Success, t.Failed, t.Canceled)
	}
	for _, e := range b.Events {
		batch.Queue(restoreEvent, e.ID[:], e.ApplicationKey, e.Type, e.Data, micros(e.CreatedAt))
	}
	return r.tx.SendBatch(ctx, batch).Close()
}
