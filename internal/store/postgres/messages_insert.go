package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// messageRows are messages as columns: a statement that takes lists has the same text however many there are.
type messageRows struct {
	key, application []int64
	id               [][]byte
	eventType        []string
	eventID          []*string
	channels         []*string
	created, until   []int64
	targets, payload [][]byte
	carried          [][]byte
	tags             []*string
}

const insertMessageRows = `INSERT INTO message SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[],
	$6::text[], $7::bigint[], $8::bigint[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[])`

func (r *messageRows) add(m *hook.Message) {
	r.key, r.application = append(r.key, int64(m.Key)), append(r.application, int64(m.ApplicationKey))
	r.id, r.eventType = append(r.id, m.ID[:]), append(r.eventType, m.EventType)
	r.eventID, r.channels = append(r.eventID, unlessEmpty(m.EventID)), append(r.channels, unlessEmpty(pack.List(m.Channels)))
	r.created, r.until = append(r.created, m.CreatedAt.UnixMicro()), append(r.until, m.PayloadUntil.UnixMicro())
	r.targets, r.payload = append(r.targets, pack.Keys(m.Targets)), append(r.payload, m.Payload)
	r.carried, r.tags = append(r.carried, pack.Carried(m.Carried)), append(r.tags, unlessEmpty(pack.List(m.Tags)))
}

func (r *messageRows) insert(b *pgx.Batch) {
	if len(r.key) > 0 {
		b.Queue(insertMessageRows, r.key, r.application, r.id, r.eventType, r.eventID, r.channels, r.created, r.until, r.targets, r.payload,
			r.carried, r.tags)
	}
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// insertMessages stores messages with what is open about them.
func insertMessages(b *pgx.Batch, run hook.Key, all []*publication) {
	var messages messageRows
	var open, fresh, until, short []int64
	var deferred deliveryRows
	for _, p := range all {
		m := &p.receipt.Message
		messages.add(m)
		if n := len(m.Targets) - len(p.Deferred); n > 0 {
			open, fresh = append(open, int64(m.Key)), append(fresh, int64(n))
		}
		for _, endpoint := range p.Deferred {
			deferred.add(hook.Delivery{EndpointKey: endpoint, MessageKey: m.Key, ApplicationKey: m.ApplicationKey, DueAt: m.CreatedAt})
		}
		if m.PayloadUntil.Sub(m.CreatedAt) < usualPayloadLife {
			until, short = append(until, m.PayloadUntil.UnixMicro()), append(short, int64(m.Key))
		}
	}
	messages.insert(b)
	deferred.insert(b)
	if len(open) > 0 {
		b.Queue("INSERT INTO open_message (run, message, remaining) SELECT $2, message, fresh FROM unnest($1::bigint[], $3::bigint[]) AS u (message, fresh)", open, int64(run), fresh)
	}
	if len(short) > 0 {
		b.Queue("INSERT INTO short_payload SELECT * FROM unnest($1::bigint[], $2::bigint[])", until, short)
	}
}

// usualPayloadLife is how long a payload is kept that asked for no less.
const usualPayloadLife = hook.MaxPayloadLife
