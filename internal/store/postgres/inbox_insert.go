package postgres

import (
	"bytes"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// An event whose time is over may come again, as if it had never come. Rows are sorted, so that groups of several
// programs wait for each other in one order. Nothing is kept for a source that is gone.
const insertSame = `INSERT INTO received_same SELECT same, received, until
	FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[]) AS u (same, received, until, source)
	WHERE EXISTS (SELECT 1 FROM source WHERE source.key = u.source) ORDER BY same
	ON CONFLICT (same) DO UPDATE SET received = excluded.received, until = excluded.until WHERE received_same.until <= $5`

// events tells the arrivals of a group that came before, or whose source is gone.
type events struct {
	now     time.Time
	all     []*arrival
	firsts  []*arrival // of each event in this group, by its hash
	took    int64
	sources map[hook.Key]bool  // those that are there
	holders map[[16]byte]id.ID // what was received first
}

// take asks which sources there are, and takes each event for the first of the group that is it. A source that is
// deleted while this goes on received it before.
func (e *events) take(b *pgx.Batch) {
	e.firsts, e.took, e.sources, e.holders = firstArrivals(e.all), 0, map[hook.Key]bool{}, map[[16]byte]id.ID{}
	b.Queue("SELECT key FROM source WHERE key = ANY($1)", e.asked()).Query(func(rows pgx.Rows) error {
		var key hook.Key
		_, err := pgx.ForEachRow(rows, []any{&key}, func() error { e.sources[key] = true; return nil })
		return err
	})
	if len(e.firsts) == 0 {
		return
	}
	var same, received [][]byte
	var until, sources []int64
	for _, a := range e.firsts {
		same, received = append(same, a.Same[:]), append(received, a.stored.ID[:])
		until, sources = append(until, a.SameUntil.UnixMicro()), append(sources, int64(a.Received.SourceKey))
	}
	b.Queue(insertSame, same, received, until, sources, e.now.UnixMicro()).Exec(func(done commandTag) error {
		e.took = done.RowsAffected()
		return nil
	})
}

// asked returns the sources of the group, each once.
func (e *events) asked() []int64 {
	keys := numbers(e.all, func(a *arrival) hook.Key { return a.Received.SourceKey })
	slices.Sort(keys)
	return slices.Compact(keys)
}

func firstArrivals(all []*arrival) []*arrival {
	seen := map[[16]byte]bool{{}: true}
	var firsts []*arrival
	for _, a := range all {
		if !seen[a.Same] {
			seen[a.Same] = true
			firsts = append(firsts, a)
		}
	}
	slices.SortFunc(firsts, func(a, b *arrival) int { return bytes.Compare(a.Same[:], b.Same[:]) })
	return firsts
}

// lookUp asks what was received first, if not all events were new.
func (e *events) lookUp(b *pgx.Batch) {
	if e.took == int64(len(e.firsts)) {
		return
	}
	same := make([][]byte, len(e.firsts))
	for i, a := range e.firsts {
		same[i] = a.Same[:]
	}
	b.Queue("SELECT same, received FROM received_same WHERE same = ANY($1)", same).Query(func(rows pgx.Rows) error {
		var same []byte
		var first id.ID
		_, err := pgx.ForEachRow(rows, []any{&same, pack.IntoID(&first)}, func() error {
			e.holders[[16]byte(same)] = first
			return nil
		})
		return err
	})
}

// judge finds out which arrivals have no source and which are repeats.
func (e *events) judge() {
	for _, a := range e.firsts {
		if _, known := e.holders[a.Same]; !known {
			e.holders[a.Same] = a.stored.ID
		}
	}
	for _, a := range e.all {
		a.err, a.repeats = nil, id.ID{} // the group may be tried a second time
		first, known := e.holders[a.Same]
		switch {
		case !e.sources[a.Received.SourceKey]:
			a.err = fault.Missing("source")
		case known && first != a.stored.ID:
			a.repeats = first
		}
	}
}

const (
	insertReceivedRows = `INSERT INTO received SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[],
		$6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[],
		$15::smallint[], $16::bigint[], $17::integer[], $18::bigint[], $19::bigint[], $20::bytea[], $21::bytea[], $22::bigint[])`
	insertContentRows = "INSERT INTO received_content SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])"
)

// receivedRows are webhooks as columns: a statement that takes lists has the same text however many there are.
type receivedRows struct {
	key, source, application                          []int64
	id, method, query, contentType, sourceURL, remote [][]byte
	keyHint, eventID, eventType                       [][]byte
	occurred, expunged                                []*int64
	received, run, due, changed                       []int64
	status                                            []int16
	attempts                                          []int32
	reason, message, headers, body                    [][]byte
}

func (r *receivedRows) add(w *hook.Received, run hook.Key) {
	r.key, r.source, r.application = append(r.key, int64(w.Key)), append(r.source, int64(w.SourceKey)), append(r.application, int64(w.ApplicationKey))
	r.id, r.method, r.query = append(r.id, w.ID[:]), append(r.method, []byte(w.Method)), append(r.query, []byte(w.Query))
	r.contentType, r.sourceURL = append(r.contentType, []byte(w.ContentType)), append(r.sourceURL, []byte(w.SourceURL))
	r.remote, r.keyHint = append(r.remote, []byte(w.Remote)), append(r.keyHint, []byte(w.KeyHint))
	r.eventID, r.eventType = append(r.eventID, []byte(w.EventID)), append(r.eventType, []byte(w.EventType))
	r.occurred, r.received = append(r.occurred, microsOrNil(w.OccurredAt)), append(r.received, w.ReceivedAt.UnixMicro())
	r.status, r.run, r.attempts = append(r.status, int16(w.Status)), append(r.run, int64(run)), append(r.attempts, int32(w.Attempts)) //nolint:gosec // one at most
	r.due, r.changed = append(r.due, w.DueAt.UnixMicro()), append(r.changed, w.ChangedAt.UnixMicro())
	r.reason, r.message = append(r.reason, []byte{}), append(r.message, nil)
	r.expunged = append(r.expunged, microsOrNil(w.ExpungedAt))
	r.headers, r.body = append(r.headers, pack.Header(w.Headers)), append(r.body, bodyOf(w))
}

// bodyOf returns the body as it is kept: an empty one is not one that is gone.
func bodyOf(w *hook.Received) []byte {
	if w.Body == nil {
		return []byte{}
	}
	return w.Body
}

func insertReceived(b *pgx.Batch, run hook.Key, all []*arrival) {
	var r receivedRows
	for _, a := range all {
		holder := hook.Key(0)
		if a.Taken {
			holder = run
		}
		r.add(&a.stored, holder)
	}
	r.insert(b)
}

func (r *receivedRows) insert(b *pgx.Batch) {
	if len(r.key) == 0 {
		return
	}
	b.Queue(insertReceivedRows, r.key, r.source, r.application, r.id, r.method, r.query, r.contentType, r.sourceURL, r.remote, r.keyHint,
		r.eventID, r.eventType, r.occurred, r.received, r.status, r.run, r.attempts, r.due, r.changed, r.reason, r.message, r.expunged)
	b.Queue(insertContentRows, r.key, r.headers, r.body)
}
