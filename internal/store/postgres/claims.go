package postgres

import (
	"bytes"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// A key whose time is over may be taken again, as if it had never been used. Rows come sorted, so that groups
// of several programs wait for each other in one order.
const insertClaims = `INSERT INTO claim (key, fingerprint, message, reserved_at, expires_at)
	SELECT key, fingerprint, message, $4, expires_at FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $5::bigint[])
		AS u (key, fingerprint, message, expires_at)
	ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, message = excluded.message,
	answer = NULL, reserved_at = excluded.reserved_at, expires_at = excluded.expires_at, run = 0
	WHERE claim.expires_at <= excluded.reserved_at`

// claims takes the idempotency keys of a group. Whoever comes second learns which message was first.
type claims struct {
	now     time.Time
	all     []*publication
	firsts  []*publication // of each key in this group, by key
	took    int64
	holders map[[16]byte]holder
}

// holder is what a key stands for.
type holder struct {
	message     hook.Key
	fingerprint []byte
}

// take claims each key for the first of the group that has it.
func (c *claims) take(b *pgx.Batch) {
	c.firsts, c.took, c.holders = firstsOf(c.all), 0, map[[16]byte]holder{}
	if len(c.firsts) == 0 {
		return
	}
	var keys, fingerprints [][]byte
	var messages, expires []int64
	for _, p := range c.firsts {
		keys, fingerprints = append(keys, p.Claim.Key[:]), append(fingerprints, p.Claim.Fingerprint[:])
		messages, expires = append(messages, int64(p.receipt.Message.Key)), append(expires, p.Claim.ExpiresAt.UnixMicro())
	}
	b.Queue(insertClaims, keys, fingerprints, messages, c.now.UnixMicro(), expires).Exec(func(done commandTag) error {
		c.took = done.RowsAffected()
		return nil
	})
}

func firstsOf(all []*publication) []*publication {
	seen := map[[16]byte]bool{}
	var firsts []*publication
	for _, p := range all {
		if p.Claim != nil && !seen[p.Claim.Key] {
			seen[p.Claim.Key] = true
			firsts = append(firsts, p)
		}
	}
	slices.SortFunc(firsts, func(a, b *publication) int { return bytes.Compare(a.Claim.Key[:], b.Claim.Key[:]) })
	return firsts
}

// lookUp asks who holds the keys, if not all were free.
func (c *claims) lookUp(b *pgx.Batch) {
	if c.took == int64(len(c.firsts)) {
		return
	}
	keys := make([][]byte, len(c.firsts))
	for i, p := range c.firsts {
		keys[i] = p.Claim.Key[:]
	}
	b.Queue("SELECT key, message, fingerprint FROM claim WHERE key = ANY($1)", keys).Query(func(rows pgx.Rows) error {
		var key []byte
		var held holder
		_, err := pgx.ForEachRow(rows, []any{&key, &held.message, &held.fingerprint}, func() error {
			c.holders[[16]byte(key)] = holder{held.message, bytes.Clone(held.fingerprint)}
			return nil
		})
		return err
	})
}

// judge finds out which publications are repeats and which misuse a key.
func (c *claims) judge() {
	for _, p := range c.firsts {
		if _, known := c.holders[p.Claim.Key]; !known {
			c.holders[p.Claim.Key] = holder{p.receipt.Message.Key, p.Claim.Fingerprint[:]}
		}
	}
	for _, p := range c.all {
		p.err, p.repeats = nil, 0 // the group may be tried a second time
		if p.Claim == nil {
			continue
		}
		switch held := c.holders[p.Claim.Key]; {
		case held.message == p.receipt.Message.Key:
		case string(held.fingerprint) != string(p.Claim.Fingerprint[:]):
			p.err = mismatch()
		default:
			p.repeats = held.message
		}
	}
}

func mismatch() error {
	return fault.New(fault.Conflict, "idempotency_mismatch",
		"This idempotency key was used for another request: use a new key for a new request.")
}
