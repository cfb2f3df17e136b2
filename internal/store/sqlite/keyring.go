package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// keyring hands out message keys: the microsecond of the commit, or the next free one when several
// share it or the clock steps back. Only the writer's loop uses it. One process writes at a time, so
// a remembered last key is sound here; it would not be with several writers.
type keyring struct {
	last hook.Key
}

func (k *keyring) load(ctx context.Context, conn *sql.Conn) error {
	return conn.QueryRowContext(ctx, "SELECT ifnull(max(key), 0) FROM message").Scan(&k.last)
}

func (k *keyring) next(now time.Time) hook.Key {
	k.last = max(k.last+1, hook.Key(now.UnixMicro()))
	return k.last
}

// messageKeyAt returns the smallest key that a message committed at t can have.
func messageKeyAt(t time.Time) hook.Key { return hook.Key(t.UnixMicro()) }
