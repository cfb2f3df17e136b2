package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// What is over is found by how long it has stood as it stands: what is kept is not looked at again. What waits to be
// tried again is not over before it was due.
const overReceived = `SELECT key FROM received INDEXED BY received_by_status
	WHERE source = ?1 AND status = ?2 AND status <> 1 AND changed_at < ?3 AND due_at < ?3 ORDER BY changed_at LIMIT ?4`

// PurgeReceived implements store.Inbox.
func (s *Store) PurgeReceived(ctx context.Context, source hook.Key, life store.ReceivedLife, now time.Time, n int) (int, error) {
	var purged int
	err := s.writer.write(ctx, "purge what was received", func(t *tx) (err error) {
		if source == 0 {
			purged, err = purgeLeftovers(t, life, now, n)
			return err
		}
		purged, err = purgeSource(t, source, life, now, n)
		return err
	})
	return purged, err
}

func purgeSource(t *tx, source hook.Key, life store.ReceivedLife, now time.Time, n int) (purged int, err error) {
	for _, of := range []struct {
		status hook.Intake
		life   time.Duration
	}{{hook.IntakeDone, life.Done}, {hook.IntakeFailed, life.Failed}, {hook.IntakeNew, life.New}} {
		if of.life == 0 {
			continue
		}
		keys, err := keysOf(t, overReceived, source, of.status, now.Add(-of.life).UnixMicro(), n-purged)
		if err == nil {
			err = removeReceived(t, keys)
		}
		if err != nil {
			return purged, err
		}
		purged += len(keys)
	}
	return purged, nil
}

func removeReceived(t *tx, keys []any) error {
	if err := t.each("DELETE FROM received WHERE key IN ", "", keys); err != nil {
		return err
	}
	return t.each("DELETE FROM received_content WHERE key IN ", "", keys)
}

// purgeLeftovers removes what no source asks for any more.
func purgeLeftovers(t *tx, life store.ReceivedLife, now time.Time, n int) (purged int, err error) {
	if purged, err = purgeGone(t, n); err != nil {
		return purged, err
	}
	chores := []chore{{`DELETE FROM received_same WHERE same IN
		(SELECT same FROM received_same INDEXED BY received_same_by_end WHERE until <= ? LIMIT ?)`, []any{now.UnixMicro()}}}
	if life.Failed > 0 {
		before := now.Add(-life.Failed)
		chores = append(chores,
			chore{`DELETE FROM refusal WHERE (source, hour, cause) IN
				(SELECT source, hour, cause FROM refusal INDEXED BY refusal_by_hour WHERE hour < ? LIMIT ?)`, []any{hourOf(before)}},
			chore{`DELETE FROM refused WHERE (source, id) IN
				(SELECT source, id FROM refused INDEXED BY refused_by_time WHERE at < ? LIMIT ?)`, []any{before.UnixMicro()}})
	}
	more, err := doChores(t, chores, n-purged)
	return purged + more, err
}

// purgeGone removes what sources left behind that are gone, and forgets those that left nothing.
func purgeGone(t *tx, n int) (purged int, err error) {
	for purged < n {
		var source hook.Key
		err := t.row("SELECT source FROM gone_source ORDER BY source LIMIT 1").Scan(&source)
		if errors.Is(err, sql.ErrNoRows) {
			return purged, nil
		}
		if err != nil {
			return purged, err
		}
		keys, err := keysOf(t, "SELECT key FROM received INDEXED BY received_by_id WHERE source = ? LIMIT ?", source, n-purged)
		if err == nil {
			err = removeReceived(t, keys)
		}
		if purged += len(keys); err != nil || purged >= n {
			return purged, err
		}
		more, err := doChores(t, forgetSource(source), n-purged)
		if purged += more; err != nil {
			return purged, err
		}
	}
	return purged, nil
}

func forgetSource(source hook.Key) []chore {
	return []chore{
		{`DELETE FROM refusal WHERE (source, hour, cause) IN (SELECT source, hour, cause FROM refusal WHERE source = ? LIMIT ?)`, []any{source}},
		{`DELETE FROM refused WHERE (source, id) IN (SELECT source, id FROM refused WHERE source = ? LIMIT ?)`, []any{source}},
		{"DELETE FROM gone_source WHERE source IN (SELECT source FROM gone_source WHERE source = ? LIMIT ?)", []any{source}},
	}
}

// doChores removes up to n rows and returns how many went.
func doChores(t *tx, chores []chore, n int) (done int, err error) {
	for _, c := range chores {
		if done >= n {
			break
		}
		changed, err := t.change(c.query, c.args(n-done)...)
		if err != nil {
			return done, err
		}
		done += int(changed)
	}
	return done, nil
}
