package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// pulled is a delivery or a webhook that waits too long.
type pulled struct {
	key, due, latest int64
}

// pullInPage is how many are read, and at most written, at a time.
const pullInPage = 500

const (
	waitingLong = `SELECT message, attempts, due_at FROM delivery INDEXED BY delivery_waiting
		WHERE state = 0 AND endpoint = ? AND (due_at, message) > (?, ?) ORDER BY due_at, message LIMIT ?`
	newLong = `SELECT key, attempts, due_at FROM received INDEXED BY received_new
		WHERE status = 0 AND (due_at, key) > (?, ?) ORDER BY due_at, key LIMIT ?`
	pullIn = `UPDATE delivery SET due_at = ? WHERE endpoint = ? AND message = ? AND state = 0 AND due_at = ? AND (due_at > ?
		OR coalesce((SELECT instr(a.headers, '"Retry-After"') FROM attempt a WHERE a.message = delivery.message
			AND a.endpoint = delivery.endpoint ORDER BY a.id DESC LIMIT 1), 0) = 0)`
	pullInReceived = "UPDATE received SET due_at = ? WHERE key = ? AND status = 0 AND due_at = ?"
)

// PullIn implements store.Backlog.
func (s *Store) PullIn(ctx context.Context, endpoint hook.Key, w store.Waits, now time.Time) (int, error) {
	asked := now.Add(w.Asked + w.Slack).UnixMicro()
	return s.pullAll(ctx, w, now, waitingLong, []any{endpoint}, func(t *tx, p pulled) (int64, error) {
		return t.change(pullIn, p.latest, endpoint, p.key, p.due, asked)
	})
}

// PullInReceived implements store.Inbox.
func (s *Store) PullInReceived(ctx context.Context, w store.Waits, now time.Time) (int, error) {
	return s.pullAll(ctx, w, now, newLong, nil, func(t *tx, p pulled) (int64, error) {
		return t.change(pullInReceived, p.latest, p.key, p.due)
	})
}

// pullAll reads what waits page by page, beside the writer, and changes what of it waits too long.
func (s *Store) pullAll(
	ctx context.Context, w store.Waits, now time.Time, query string, about []any, change func(*tx, pulled) (int64, error),
) (count int, err error) {
	last := pulled{due: now.Add(w.Shortest()).UnixMicro()}
	for {
		late, seen, err := s.waitTooLong(ctx, w, now, &last, query, append(slices.Clone(about), last.due, last.key, pullInPage)...)
		if err != nil {
			return count, err
		}
		n, err := s.pull(ctx, late, change)
		if count += n; err != nil || seen < pullInPage {
			return count, err
		}
	}
}

// waitTooLong reads a page of what waits and returns what of it waits too long, and how much it read. last is left where the
// page ends.
func (s *Store) waitTooLong(
	ctx context.Context, w store.Waits, now time.Time, last *pulled, query string, args ...any,
) (late []pulled, seen int, err error) {
	rows, err := s.prompt.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, 0, translate("find what waits too long", err)
	}
	defer func() { err = translate("find what waits too long", closeRows(rows, err)) }()
	for ; rows.Next(); seen++ {
		var attempts int
		if err := rows.Scan(&last.key, &attempts, &last.due); err != nil {
			return nil, 0, err
		}
		if latest, longer := w.Longer(attempts, time.UnixMicro(last.due), now); longer {
			late = append(late, pulled{key: last.key, due: last.due, latest: latest.UnixMicro()})
		}
	}
	return late, seen, nil
}

func (s *Store) pull(ctx context.Context, late []pulled, change func(*tx, pulled) (int64, error)) (count int, err error) {
	if len(late) == 0 {
		return 0, nil
	}
	err = s.writer.write(ctx, "make due what waits too long", func(t *tx) error {
		count = 0
		for _, p := range late {
			changed, err := change(t, p)
			if err != nil {
				return err
			}
			count += int(changed)
		}
		return nil
	})
	return count, err
}
