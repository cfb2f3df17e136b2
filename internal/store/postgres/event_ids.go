package postgres

import (
	"cmp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

type commandTag = pgconn.CommandTag

// Event ids have a table of their own, where SQLite asks its one writer: two programs may be given the same
// one at the same time, and a unique rule cannot span the partitions of the messages.
const insertEventIDs = `INSERT INTO event_id SELECT application, name, message, $4::bigint
	FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u (application, name, message)
	ON CONFLICT (application, name) DO UPDATE SET message = excluded.message, until = excluded.until
	WHERE event_id.until <= $5 RETURNING message`

// eventIDs takes the callers' own names for the messages of a group.
type eventIDs struct {
	now   time.Time
	all   []*publication
	asked []*publication // those that have a name, and are neither refused nor repeats
	took  map[hook.Key]bool
}

type eventName struct {
	application hook.Key
	name        string
}

// take takes each name for the first of the group that has it.
func (e *eventIDs) take(b *pgx.Batch) {
	e.asked, e.took = nil, map[hook.Key]bool{}
	firsts := map[eventName]hook.Key{}
	for _, p := range accepted(e.all) {
		m := &p.receipt.Message
		if m.EventID == "" {
			continue
		}
		e.asked = append(e.asked, p)
		if of := (eventName{m.ApplicationKey, m.EventID}); firsts[of] == 0 {
			firsts[of] = m.Key
		}
	}
	if len(firsts) > 0 {
		e.insert(b, firsts)
	}
}

func (e *eventIDs) insert(b *pgx.Batch, firsts map[eventName]hook.Key) {
	var applications, messages []int64
	var names []string
	for _, of := range sortedNames(firsts) {
		applications, names = append(applications, int64(of.application)), append(names, of.name)
		messages = append(messages, int64(firsts[of]))
	}
	until := e.now.Add(eventIDWindow).UnixMicro()
	b.Queue(insertEventIDs, applications, names, messages, until, e.now.UnixMicro()).Query(func(rows pgx.Rows) error {
		var message hook.Key
		_, err := pgx.ForEachRow(rows, []any{&message}, func() error { e.took[message] = true; return nil })
		return err
	})
}

func sortedNames(of map[eventName]hook.Key) []eventName {
	names := make([]eventName, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b eventName) int {
		return cmp.Or(cmp.Compare(a.application, b.application), cmp.Compare(a.name, b.name))
	})
	return names
}

// judge refuses whoever did not get the name, and whoever repeats it in the same group, and gives its
// idempotency key back.
func (e *eventIDs) judge(b *pgx.Batch) {
	var back [][]byte
	for _, p := range e.asked {
		if e.took[p.receipt.Message.Key] {
			continue
		}
		p.err = fault.New(fault.Conflict, "event_id_taken",
			"A message with the event id %q was published within the last 24 hours.", p.Message.EventID)
		for _, other := range e.all {
			if other.repeats == p.receipt.Message.Key {
				other.err = p.err
			}
		}
		if p.Claim != nil {
			back = append(back, p.Claim.Key[:])
		}
	}
	if len(back) > 0 {
		b.Queue("DELETE FROM claim WHERE key = ANY($1)", back)
	}
}
