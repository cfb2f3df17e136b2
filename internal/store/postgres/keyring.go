package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
)

// slots is how many runs can be alive at once: what a microsecond is divided into.
const slots = 1024

// keyring hands out keys of messages, or of what is received: the microsecond in which the run took the message into a group, or the next free
// one, and in it the run's slot. So no two runs make the same key, whatever their clocks say. Only the
// writer of its rows uses it.
type keyring struct {
	last int64 // microsecond
	slot int64
}

func (k *keyring) next(now time.Time) hook.Key {
	k.last = max(k.last+1, now.UnixMicro())
	return hook.Key(k.last*slots + k.slot)
}

// ahead is how far the newest key may be in front of our clock and still count as the newest: one that a
// clock gone wrong made must not drag everybody's with it.
const ahead = 10 * time.Minute

// What a keyring goes on behind.
const (
	newestMessage  = "SELECT coalesce(max(key), 0) / $1 FROM message WHERE key < $2"
	newestReceived = "SELECT coalesce(max(key), 0) / $1 FROM received WHERE key < $2"
)

// keysAfter returns a keyring that goes on behind the newest row that the query finds.
func keysAfter(ctx context.Context, tx pgx.Tx, newest string, slot int64, now time.Time) (*keyring, error) {
	k := &keyring{slot: slot}
	err := tx.QueryRow(ctx, newest, slots, int64(messageKeyAt(now.Add(ahead)))).Scan(&k.last)
	return k, err
}

// messageKeyAt returns the smallest key that a message taken in at t can have.
func messageKeyAt(t time.Time) hook.Key { return hook.Key(t.UnixMicro() * slots) }
