package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	// What is over is found by how long it has stood as it stands: what is kept is not looked at again. What waits to be
	// tried again is not over before it was due. Rows are locked, since each may be set to new by a person at any time.
	overReceived = `SELECT key FROM received WHERE source = $1 AND status = $2 AND status <> 1 AND changed_at < $3 AND due_at + 0 < $3
		ORDER BY changed_at LIMIT $4 FOR UPDATE SKIP LOCKED`
	leftReceived = "SELECT key FROM received WHERE source = $1 ORDER BY id LIMIT $2"
	// The range leaves out the days that are not asked for.
	deleteReceived = "DELETE FROM received WHERE key = ANY($1) AND key >= $2 AND key <= $3"
	deleteContent  = "DELETE FROM received_content WHERE key = ANY($1) AND key >= $2 AND key <= $3"

	// That it is over is asked once more of what another transaction held: it may have begun anew.
	deleteSame = `DELETE FROM received_same WHERE until + 0 <= $2
		AND same = ANY(ARRAY(SELECT same FROM received_same WHERE until <= $2 ORDER BY until LIMIT $1))`
	deleteRefusals = `DELETE FROM refusal WHERE hour < $2 AND (source, hour, cause) IN
		(SELECT source, hour, cause FROM refusal WHERE hour < $2 ORDER BY hour LIMIT $1)`
	deleteSamples  = `DELETE FROM refused WHERE at < $2 AND (source, id) IN (SELECT source, id FROM refused WHERE at < $2 ORDER BY at LIMIT $1)`
	forgetRefusals = `DELETE FROM refusal WHERE source = $2 AND (source, hour, cause) IN
		(SELECT source, hour, cause FROM refusal WHERE source = $2 LIMIT $1)`
	forgetSamples = "DELETE FROM refused WHERE source = $2 AND (source, id) IN (SELECT source, id FROM refused WHERE source = $2 LIMIT $1)"
	selectGone    = "SELECT source, at < " + databaseNow + " - $1 FROM gone_source"
	forgetSource  = "DELETE FROM gone_source WHERE source = $1"
)

// onTheWay is how long after a source was deleted something may still be stored for it: far longer than a transaction
// lasts that found it there.
const onTheWay = 10 * time.Minute

// PurgeReceived implements store.Inbox. Rows go one by one, not by days: a day has webhooks of several lives.
// A day's tables are dropped once nothing is left in them, see dropEmptyDays.
func (s *Store) PurgeReceived(ctx context.Context, source hook.Key, life store.ReceivedLife, now time.Time, n int) (purged int, err error) {
	err = s.chore(ctx, purgingInbox, "purge what was received", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, byIndex); err != nil {
			return err
		}
		p := inboxPurge{ctx: ctx, tx: tx, now: now, left: n}
		if source == 0 {
			err = p.leftovers(life)
		} else {
			err = p.source(source, life)
		}
		if purged = n - p.left; err != nil || purged > 0 || source != 0 {
			return err
		}
		return dropEmptyDays(ctx, tx, s.clock.Now())
	})
	if stateOf(err) == lockNotAvailable {
		return 0, nil // somebody reads: the next round comes in a minute
	}
	if err != nil {
		return 0, err
	}
	return purged, nil
}

// inboxPurge is one call of PurgeReceived.
type inboxPurge struct {
	ctx  context.Context //nolint:containedctx // lives exactly as long as the call
	tx   pgx.Tx
	now  time.Time
	left int // rows that may still go
}

func (p *inboxPurge) source(source hook.Key, life store.ReceivedLife) error {
	for _, of := range []struct {
		status hook.Intake
		life   time.Duration
	}{{hook.IntakeDone, life.Done}, {hook.IntakeFailed, life.Failed}, {hook.IntakeNew, life.New}} {
		if of.life == 0 {
			continue
		}
		if err := p.remove(overReceived, source, int16(of.status), p.now.Add(-of.life).UnixMicro(), p.left); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the webhooks whose keys a query finds.
func (p *inboxPurge) remove(query string, args ...any) error {
	keys, err := numbersOf(p.ctx, p.tx, query, args...)
	if err != nil || len(keys) == 0 {
		return err
	}
	p.left -= len(keys)
	for _, query := range []string{deleteReceived, deleteContent} {
		if _, err := p.tx.Exec(p.ctx, query, keys, slices.Min(keys), slices.Max(keys)); err != nil {
			return err
		}
	}
	return nil
}

// clear runs a query that removes up to $1 rows of what $2 says.
func (p *inboxPurge) clear(query string, about any) error {
	done, err := p.tx.Exec(p.ctx, query, p.left, about)
	p.left -= int(done.RowsAffected())
	return err
}

// leftovers removes what no source asks for any more.
func (p *inboxPurge) leftovers(life store.ReceivedLife) error {
	if err := p.gone(); err != nil {
		return err
	}
	if err := p.clear(deleteSame, p.now.UnixMicro()); err != nil || life.Failed == 0 {
		return err
	}
	before := p.now.Add(-life.Failed)
	if err := p.clear(deleteRefusals, hourOf(before)); err != nil {
		return err
	}
	return p.clear(deleteSamples, before.UnixMicro())
}

// gone removes what sources left behind that are gone, and forgets those that left nothing and get nothing more.
func (p *inboxPurge) gone() error {
	quiet := map[hook.Key]bool{}
	err := each(p.ctx, p.tx, func(row scanner) error {
		var source hook.Key
		var over bool
		err := row.Scan(&source, &over)
		quiet[source] = over
		return err
	}, selectGone, onTheWay.Microseconds())
	for source, over := range quiet {
		if err == nil && p.left > 0 {
			err = p.forget(source, over)
		}
	}
	return err
}

func (p *inboxPurge) forget(source hook.Key, over bool) error {
	if err := p.remove(leftReceived, source, p.left); err != nil {
		return err
	}
	for _, query := range []string{forgetRefusals, forgetSamples} {
		if err := p.clear(query, int64(source)); err != nil {
			return err
		}
	}
	if !over || p.left == 0 {
		return nil
	}
	_, err := p.tx.Exec(p.ctx, forgetSource, int64(source))
	return err
}

// mostDays is how many days go in one transaction at most: each locks a dozen tables and indexes.
const mostDays = 8

// dropEmptyDays drops the tables of the oldest days that are over as long as nothing is left in them.
func dropEmptyDays(ctx context.Context, tx pgx.Tx, now time.Time) error {
	if err := alone(ctx, tx, beginning); err != nil {
		return err
	}
	have, err := partitions(ctx, tx)
	if err != nil {
		return err
	}
	for range mostDays {
		oldest := oldestDay(have, "received")
		if oldest.IsZero() || !oldest.AddDate(0, 0, 1).Before(now.UTC().Truncate(24*time.Hour)) {
			return nil
		}
		if dropped, err := dropEmptyDay(ctx, tx, oldest); err != nil || !dropped {
			return err
		}
		delete(have, "received_p"+oldest.Format(dayName))
	}
	return nil
}

// dropEmptyDay looks once more when it holds the tables: a program whose clock is wrong may store something.
func dropEmptyDay(ctx context.Context, tx pgx.Tx, date time.Time) (bool, error) {
	if empty, err := isEmpty(ctx, tx, date); err != nil || !empty {
		return false, err
	}
	day := date.Format(dayName)
	for _, query := range []string{lockPatience, "LOCK TABLE received_p" + day + ", received_content_p" + day} {
		if _, err := tx.Exec(ctx, query); err != nil {
			return false, err
		}
	}
	if empty, err := isEmpty(ctx, tx, date); err != nil || !empty {
		return false, err
	}
	_, err := tx.Exec(ctx, "DROP TABLE received_p"+day+", received_content_p"+day)
	return err == nil, err
}

const dayIsEmpty = "SELECT NOT EXISTS (SELECT 1 FROM received WHERE key >= $1 AND key < $2)"

func isEmpty(ctx context.Context, tx pgx.Tx, day time.Time) (empty bool, err error) {
	err = tx.QueryRow(ctx, dayIsEmpty, int64(messageKeyAt(day)), int64(messageKeyAt(day.AddDate(0, 0, 1)))).Scan(&empty)
	return empty, err
}
