package sqlite

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// keyring hands out keys of messages, or of what is received: the microsecond of the commit, or the next free one when several
// share it or the clock steps back. Only the writer's loop uses it. One process writes at a time, so
// a remembered last key is sound here; it would not be with several writers.
type keyring struct {
	last hook.Key
}

func (w *writer) loadKeys(ctx context.Context) error {
	return w.conn.QueryRowContext(ctx, "SELECT ifnull((SELECT max(key) FROM message), 0), ifnull((SELECT max(key) FROM received), 0)").
		Scan(&w.keys.last, &w.inbox.last)
}

func (k *keyring) next(now time.Time) hook.Key {
	k.last = max(k.last+1, hook.Key(now.UnixMicro()))
	return k.last
}

// messageKeyAt returns the smallest key that a message committed at t can have.
func messageKeyAt(t time.Time) hook.Key { return hook.Key(t.UnixMicro()) }
