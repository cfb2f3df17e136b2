package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// pullInPage is how many are read, and at most written, at a time.
const pullInPage = 1000

const (
	waitingLong = `SELECT message, attempts, due_at FROM delivery
		WHERE state = 0 AND endpoint = $1 AND (due_at, message) > ($2, $3) ORDER BY due_at, message LIMIT $4`
	newLong = "SELECT key, attempts, due_at FROM received WHERE status = 0 AND (due_at, key) > ($1, $2) ORDER BY due_at, key LIMIT $3"
	// In the order in which others take these rows, so that they wait for each other rather than deadlock.
	pullIn = `WITH late AS (SELECT d.endpoint, d.message, u.latest FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u (message, due, latest)
			JOIN delivery d ON d.endpoint = $1 AND d.message = u.message AND d.due_at = u.due
		WHERE d.state = 0 AND (d.due_at > $5 OR coalesce((SELECT strpos(a.headers, '"Retry-After"') FROM attempt a
			WHERE a.message = d.message AND a.endpoint = d.endpoint ORDER BY a.id DESC LIMIT 1), 0) = 0)
		ORDER BY d.due_at, d.message FOR UPDATE OF d)
		UPDATE delivery d SET due_at = late.latest FROM late WHERE d.endpoint = late.endpoint AND d.message = late.message`
	pullInReceived = `UPDATE received r SET due_at = u.latest FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (key, due, latest)
		WHERE r.key = u.key AND r.status = 0 AND r.due_at = u.due AND r.key >= $4 AND r.key <= $5`
)

// pulled are deliveries or webhooks that wait too long, column by column, and where the page that they are of ends.
type pulled struct {
	keys, due, latest []int64
	lastKey, lastDue  int64
	seen              int
}

// PullIn implements store.Backlog.
func (s *Store) PullIn(ctx context.Context, endpoint hook.Key, w store.Waits, now time.Time) (int, error) {
	asked := now.Add(w.Asked + w.Slack).UnixMicro()
	count, err := s.pullAll(ctx, w, now, waitingLong, []any{int64(endpoint)}, func(page pulled) (string, []any) {
		return pullIn, []any{int64(endpoint), page.keys, page.due, page.latest, asked}
	})
	if count > 0 {
		s.herald.work()
	}
	return count, err
}

// PullInReceived implements store.Inbox.
func (s *Store) PullInReceived(ctx context.Context, w store.Waits, now time.Time) (int, error) {
	return s.pullAll(ctx, w, now, newLong, nil, func(page pulled) (string, []any) {
		return pullInReceived, []any{page.keys, page.due, page.latest, slices.Min(page.keys), slices.Max(page.keys)}
	})
}

// pullAll reads what waits page by page and changes what of it waits too long.
func (s *Store) pullAll(
	ctx context.Context, w store.Waits, now time.Time, query string, about []any, change func(pulled) (string, []any),
) (count int, err error) {
	page := pulled{lastDue: now.Add(w.Shortest()).UnixMicro()}
	for {
		page, err = s.waitTooLong(ctx, w, now, query, append(slices.Clone(about), page.lastDue, page.lastKey, pullInPage)...)
		if err != nil {
			return count, err
		}
		if len(page.keys) > 0 {
			statement, args := change(page)
			n, err := s.pull(ctx, statement, args)
			if count += n; err != nil {
				return count, err
			}
		}
		if page.seen < pullInPage {
			return count, nil
		}
	}
}

// waitTooLong reads a page of what waits and returns what of it waits too long.
func (s *Store) waitTooLong(ctx context.Context, w store.Waits, now time.Time, query string, args ...any) (page pulled, err error) {
	rows, err := s.prompt.Query(ctx, query, args...)
	if err != nil {
		return page, translate("find what waits too long", err)
	}
	var key, due int64
	var attempts int
	_, err = pgx.ForEachRow(rows, []any{&key, &attempts, &due}, func() error {
		page.seen, page.lastKey, page.lastDue = page.seen+1, key, due
		if latest, longer := w.Longer(attempts, timeAt(due), now); longer {
			page.keys, page.due, page.latest = append(page.keys, key), append(page.due, due), append(page.latest, latest.UnixMicro())
		}
		return nil
	})
	return page, translate("find what waits too long", err)
}

func (s *Store) pull(ctx context.Context, statement string, args []any) (count int, err error) {
	err = s.write(ctx, "make due what waits too long", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, statement, args...)
		count = int(done.RowsAffected())
		return err
	})
	return count, err
}
