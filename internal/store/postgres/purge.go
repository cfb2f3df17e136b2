package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
)

// Purge implements store.Keeper. A day that is over goes as a whole, which counts as one row however many
// it has; what else is over is found by ranges of its key and removed row by row, also messages of days that
// are not over, for retentions of less than a day. It also makes the days ahead.
func (s *Store) Purge(ctx context.Context, before, now time.Time, n int) (purged int, err error) {
	err = s.chore(ctx, purging, "purge history", func(tx pgx.Tx) (err error) {
		purged, err = s.purge(ctx, tx, before, now, n)
		return err
	})
	if stateOf(err) == lockNotAvailable {
		return 0, nil // somebody reads: the next round comes in a minute
	}
	if err != nil {
		return 0, err
	}
	return purged, nil
}

func (s *Store) purge(ctx context.Context, tx pgx.Tx, before, now time.Time, n int) (purged int, err error) {
	if err := alone(ctx, tx, beginning); err != nil {
		return 0, err
	}
	if err := s.checkClock(ctx, tx); err != nil {
		return 0, err
	}
	if _, err := s.daysAhead(ctx, tx); err != nil && stateOf(err) != insufficientRights {
		return 0, err
	}
	if dropped, err := dropPartition(ctx, tx, messageKeyAt(earlier(before, s.clock.Now()))); err != nil || dropped {
		return 1, err
	}
	oldest := messageKeyAt(before)
	if err := tx.QueryRow(ctx, "SELECT coalesce(min(key), $1) FROM message", int64(oldest)).Scan(&oldest); err != nil {
		return 0, err
	}
	for _, c := range chores(oldest, s.run(), before, now) {
		done, err := tx.Exec(ctx, c.query, n-purged, c.about)
		if err != nil {
			return purged, err
		}
		if purged += int(done.RowsAffected()); purged >= n {
			break
		}
	}
	return purged, nil
}

// earlier returns the start of today or t: the table of today is being written, and tomorrow's will be.
func earlier(t, now time.Time) time.Time {
	if today := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1); today.Before(t) {
		return today
	}
	return t
}

// chore is a query that removes up to $1 rows of what is over by $2, in the order of an index.
type chore struct {
	query string
	about any
}

// chores returns what Purge does, in its order. Keys rise, so whatever belongs to a message older than the
// oldest is left over: from messages that went in the batch before, or from a step that was settled since.
// It goes first, so that there is never more of it than a batch of messages leaves. The keys are collected before they
// are looked up, so that no plan can come upon the idea of walking the whole table.
func chores(oldest, run hook.Key, before, now time.Time) []chore {
	old, over := before.UnixMicro(), now.UnixMicro()
	return []chore{
		{`DELETE FROM attempt WHERE message = ANY(ARRAY(SELECT message FROM attempt WHERE message < $2 ORDER BY message LIMIT $1))
			AND (message, endpoint, id) IN (SELECT message, endpoint, id FROM attempt WHERE message < $2 ORDER BY message, endpoint, id LIMIT $1)`,
			int64(oldest)},
		{`DELETE FROM delivery WHERE state IN (3, 4) AND message = ANY(ARRAY(
				SELECT message FROM delivery WHERE state IN (3, 4) AND message < $2 ORDER BY message LIMIT $1))
			AND (endpoint, message) IN (SELECT endpoint, message FROM delivery WHERE state IN (3, 4) AND message < $2 ORDER BY message LIMIT $1)`,
			int64(oldest)},
		{openBy + ` DELETE FROM open_message WHERE run = ANY(ARRAY(SELECT run FROM h)) AND message < $2
			AND (run, message) IN (SELECT o.run, o.message FROM h CROSS JOIN LATERAL
			(SELECT run, message FROM open_message WHERE run = h.run AND message < $2 ORDER BY message LIMIT $1) o LIMIT $1)`, int64(oldest)},
		{`DELETE FROM message WHERE key = ANY(ARRAY(SELECT key FROM message WHERE key < $2 ORDER BY key LIMIT $1))`, int64(messageKeyAt(before))},
		{`DELETE FROM claim WHERE key = ANY(ARRAY(SELECT key FROM claim WHERE expires_at <= $2 ORDER BY expires_at LIMIT $1))`, over},
		{`DELETE FROM event_id WHERE until <= $2
			AND (application, name) IN (SELECT application, name FROM event_id WHERE until <= $2 ORDER BY until LIMIT $1)`, over},
		{`DELETE FROM event WHERE id = ANY(ARRAY(SELECT id FROM event WHERE id < $2 ORDER BY id LIMIT $1))`, floorOf(before)},
		{`DELETE FROM tally WHERE hour < $2
			AND (endpoint, hour, writer) IN (SELECT endpoint, hour, writer FROM tally WHERE hour < $2 ORDER BY hour LIMIT $1)`, hourOf(before)},
		{`DELETE FROM deleted_endpoint WHERE key = ANY(ARRAY(
			SELECT key FROM deleted_endpoint WHERE deleted_at < $2 ORDER BY deleted_at LIMIT $1))`, old},
		{`DELETE FROM token WHERE id = ANY(ARRAY(SELECT id FROM token WHERE scope = 'portal' AND expires_at <= $2 ORDER BY expires_at LIMIT $1))`, over},
		{`DELETE FROM token WHERE id = ANY(ARRAY(
			SELECT id FROM token WHERE expires_at IS NOT NULL AND expires_at < $2 ORDER BY expires_at LIMIT $1))`, old},
		{`DELETE FROM token WHERE id = ANY(ARRAY(
			SELECT id FROM token WHERE revoked_at IS NOT NULL AND revoked_at < $2 ORDER BY revoked_at LIMIT $1))`, old},
		{`WITH gone AS MATERIALIZED (SELECT key FROM run WHERE coalesce(ended_at, buried_at) < $2 LIMIT $1),
			marks AS (DELETE FROM mark WHERE run = ANY(ARRAY(SELECT key FROM gone)))
			DELETE FROM run WHERE key = ANY(ARRAY(SELECT key FROM gone))`, old},
		{`DELETE FROM change WHERE number = ANY(ARRAY(SELECT number FROM change WHERE at < $2 ORDER BY at LIMIT $1))`, now.Add(-changesKept).UnixMicro()},
	}
}
