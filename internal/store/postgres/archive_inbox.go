package postgres

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	archivedSources = selectSource + "key > $1 ORDER BY key"

	// One look for each: a join of all contents would have to be sorted, or to lie in memory.
	archivedContent = " LEFT JOIN LATERAL (SELECT * FROM received_content WHERE key = r.key OFFSET 0) c ON true "
	allReceived     = "SELECT" + receivedColumns + ", c.headers, c.body IS NOT NULL, c.body FROM received r" + archivedContent +
		"WHERE r.key > $1 ORDER BY r.key"
	// Found by the indexes over what is open, whatever the history holds.
	openReceived = `WITH chosen (key) AS MATERIALIZED (SELECT key FROM received WHERE status = 0 AND key > $1
		UNION ALL SELECT key FROM received WHERE status = 1 AND key > $1)
		SELECT` + receivedColumns + `, c.headers, c.body IS NOT NULL, c.body FROM chosen
		CROSS JOIN LATERAL (SELECT * FROM received WHERE key = chosen.key OFFSET 0) r` + archivedContent + "ORDER BY chosen.key"

	archivedSeen     = "SELECT same, received, until FROM received_same WHERE same > ''::bytea AND until > $1 ORDER BY same" // few are over
	archivedRefusals = "SELECT source, cause, hour, count FROM refusal WHERE source > $1 ORDER BY source, hour, cause"
	archivedRefused  = `SELECT source, id, at, cause, detail, method, content_type, remote, headers, body
		FROM refused WHERE source > $1 ORDER BY source, id`
)

// Sources implements store.Snapshot.
func (v *archived) Sources(ctx context.Context) iter.Seq2[hook.Source, error] {
	return archive(ctx, v, scanSource, archivedSources, 0)
}

// Received implements store.Snapshot.
func (v *archived) Received(ctx context.Context) iter.Seq2[hook.Received, error] {
	scan := func(row scanner) (hook.Received, error) { return scanReceived(row) }
	if v.extent.History {
		return archive(ctx, v, scan, allReceived, 0)
	}
	return archive(ctx, v, scan, openReceived, 0)
}

// Seen implements store.Snapshot.
func (v *archived) Seen(ctx context.Context) iter.Seq2[store.Seen, error] {
	return archive(ctx, v, scanSeen, archivedSeen, micros(v.extent.Now))
}

func scanSeen(row scanner) (s store.Seen, err error) {
	var same []byte
	err = row.Scan(&same, pack.IntoID(&s.Received), pack.IntoTime(&s.Until))
	copy(s.Same[:], same)
	return s, err
}

// RefusalCounts implements store.Snapshot.
func (v *archived) RefusalCounts(ctx context.Context) iter.Seq2[store.ArchivedRefusalCount, error] {
	if !v.extent.History {
		return none[store.ArchivedRefusalCount]
	}
	return archive(ctx, v, scanArchivedRefusal, archivedRefusals, 0)
}

func scanArchivedRefusal(row scanner) (c store.ArchivedRefusalCount, err error) {
	var hour int64
	err = row.Scan(&c.SourceKey, &c.Cause, &hour, &c.Count)
	c.Hour = time.Unix(hour*3600, 0).UTC()
	return c, err
}

// Refused implements store.Snapshot.
func (v *archived) Refused(ctx context.Context) iter.Seq2[hook.Refused, error] {
	if !v.extent.History {
		return none[hook.Refused]
	}
	return archive(ctx, v, scanRefused, archivedRefused, 0)
}

func (r *restoration) sources(ctx context.Context, b store.Batch) error {
	for i, s := range b.Sources {
		s.Name = storable(s.Name)
		stored, err := scanSource(r.tx.QueryRow(ctx, insertSource, sourceValues(s, s.ApplicationKey, s.ID[:], micros(s.CreatedAt))...))
		if err != nil {
			return taken("source", err)
		}
		b.Sources[i].Key = stored.Key
	}
	return nil
}

// A store that was emptied by deleting everything remembers the events of its former sources for a while. The same ones may
// come back with those.
const restoreSeen = `INSERT INTO received_same VALUES ($1, $2, $3)
	ON CONFLICT (same) DO UPDATE SET received = excluded.received, until = excluded.until`

func (r *restoration) inbox(ctx context.Context, b store.Batch) error {
	var received receivedRows
	for i := range b.Received {
		received.restore(&b.Received[i])
	}
	batch := &pgx.Batch{}
	received.insert(batch)
	for _, s := range b.Seen {
		batch.Queue(restoreSeen, s.Same[:], s.Received[:], s.Until.UnixMicro())
	}
	for _, c := range b.RefusalCounts {
		batch.Queue("INSERT INTO refusal VALUES ($1, $2, $3, $4)", int64(c.SourceKey), hourOf(c.Hour), c.Cause, c.Count)
	}
	for _, f := range b.Refused {
		batch.Queue(insertRefused, refusedValues(f)...)
	}
	return r.tx.SendBatch(ctx, batch).Close()
}

// restore adds a webhook that has been here before: something may have come of it, and its body may be gone.
func (r *receivedRows) restore(w *hook.Received) {
	r.add(w, 0)
	last := len(r.key) - 1
	r.reason[last], r.message[last], r.body[last] = []byte(w.Reason), idOrNil(w.Message), w.Body
}
