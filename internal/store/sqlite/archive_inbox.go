package sqlite

import (
	"context"
	"iter"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

const (
	archivedSources = selectSource + "key > ? ORDER BY key"

	allReceived = "SELECT" + receivedColumns + withContent + "r.key > ? ORDER BY r.key"
	// Found by the indexes over what is open, whatever the history holds.
	openReceived = `WITH chosen (key) AS MATERIALIZED (SELECT key FROM received INDEXED BY received_new WHERE status = 0
		UNION ALL SELECT key FROM received INDEXED BY received_processing WHERE status = 1) SELECT` +
		receivedColumns + withContent + "r.key IN (SELECT key FROM chosen) ORDER BY r.key"

	archivedSeen     = "SELECT same, received, until FROM received_same INDEXED BY received_same_by_end WHERE until > ? ORDER BY same"
	archivedRefusals = "SELECT source, cause, hour, count FROM refusal WHERE source > ? ORDER BY source, hour, cause"
	archivedRefused  = `SELECT source, id, at, cause, detail, method, content_type, remote, headers, body
		FROM refused WHERE source > ? ORDER BY source, id`
)

// Sources implements store.Snapshot.
func (v *archived) Sources(ctx context.Context) iter.Seq2[hook.Source, error] {
	return archive(ctx, v, scanSource, archivedSources, 0)
}

// Received implements store.Snapshot.
func (v *archived) Received(ctx context.Context) iter.Seq2[hook.Received, error] {
	if v.extent.History {
		return archive(ctx, v, scanReceived, allReceived, 0)
	}
	return archive(ctx, v, scanReceived, openReceived)
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

func restoreSources(t *tx, b store.Batch) error {
	for i, s := range b.Sources {
		stored, err := scanSource(t.row(insertSource, sourceValues(s, s.ApplicationKey, s.ID[:], micros(s.CreatedAt))...))
		if err != nil {
			return taken("source", err)
		}
		b.Sources[i].Key = stored.Key
	}
	return nil
}

// restoreReceived leaves the keyring behind the restored webhooks, as restoreMessages does.
func restoreReceived(t *tx, b store.Batch) error {
	var received, content []any
	for i := range b.Received {
		r := &b.Received[i]
		t.w.inbox.last = max(t.w.inbox.last, r.Key)
		received = append(received, r.Key, r.SourceKey, r.ApplicationKey, r.ID[:], r.Method, r.Query, r.ContentType, r.SourceURL, r.Remote,
			r.KeyHint, r.EventID, r.EventType, micros(r.OccurredAt), r.ReceivedAt.UnixMicro(), r.Status, 0, r.Attempts, r.DueAt.UnixMicro(),
			r.ChangedAt.UnixMicro(), r.Reason, idOrNull(r.Message), micros(r.ExpungedAt))
		content = append(content, r.Key, pack.Header(r.Headers), r.Body)
	}
	return t.insert(rows{"INSERT INTO received VALUES", 22, received}, rows{"INSERT INTO received_content VALUES", 3, content})
}

// A store that was emptied by deleting everything remembers the events of its former sources for a while. The same ones may
// come back with those.
const seenAgain = " ON CONFLICT (same) DO UPDATE SET received = excluded.received, at = excluded.at, until = excluded.until"

func restoreInbox(t *tx, b store.Batch) error {
	var seen, counts, refused []any
	for _, s := range b.Seen {
		seen = append(seen, s.Same[:], s.Received[:], 0, s.Until.UnixMicro()) // when it came counts only while it is stored
	}
	for _, c := range b.RefusalCounts {
		counts = append(counts, c.SourceKey, hourOf(c.Hour), c.Cause, c.Count)
	}
	for _, r := range b.Refused {
		refused = append(refused, r.SourceKey, r.ID[:], micros(r.At), r.Cause, r.Detail, r.Method, r.ContentType, r.Remote,
			pack.Header(r.Headers), append([]byte{}, r.Body...))
	}
	if _, err := t.insertUnless(rows{"INSERT INTO received_same VALUES", 4, seen}, seenAgain); err != nil {
		return err
	}
	return t.insert(rows{"INSERT INTO refusal VALUES", 4, counts}, rows{"INSERT INTO refused VALUES", 10, refused})
}
