package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// reservationLife is how long a caller may be at work on a reserved key before it is taken for dead.
const reservationLife = time.Minute

// A reservation replaces whatever the key stood for: reserve looks first, in the same transaction.
const reserveClaim = `INSERT INTO claim (key, fingerprint, message, answer, reserved_at, expires_at, run)
	VALUES (?, ?, 0, NULL, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
	fingerprint = excluded.fingerprint, message = 0, answer = NULL,
	reserved_at = excluded.reserved_at, expires_at = excluded.expires_at, run = excluded.run`

// reservation is what is kept about a key.
type reservation struct {
	fingerprint []byte
	answered    bool // an answer may be empty
	answer      []byte
	reservedAt  time.Time
	expiresAt   time.Time
	run         hook.Key // whose caller is at work on it
}

// Reserve implements store.Answers.
func (s *Store) Reserve(ctx context.Context, c store.Claim, now time.Time) ([]byte, error) {
	var answer []byte
	err := s.writer.write(ctx, "reserve the idempotency key", func(t *tx) error {
		held, err := reservationOf(t, c.Key)
		if err != nil {
			return err
		}
		if held.free(now, t.w.run) {
			return t.exec(reserveClaim, c.Key[:], c.Fingerprint[:], micros(now), micros(c.ExpiresAt), t.w.run)
		}
		answer, err = held.answerTo(c)
		return err
	})
	return answer, err
}

// reservationOf reads what is kept about a key: the zero value if nothing is.
func reservationOf(t *tx, key [16]byte) (held reservation, err error) {
	err = t.row("SELECT fingerprint, answer IS NOT NULL, answer, reserved_at, expires_at, run FROM claim WHERE key = ?", key[:]).
		Scan(&held.fingerprint, &held.answered, &held.answer, pack.IntoTime(&held.reservedAt), pack.IntoTime(&held.expiresAt), &held.run)
	if errors.Is(err, sql.ErrNoRows) {
		return reservation{}, nil
	}
	return held, err
}

// free reports whether this run may take the key: never used, used up, or held by somebody who is dead.
func (r reservation) free(now time.Time, run hook.Key) bool {
	if !r.expiresAt.After(now) {
		return true
	}
	return !r.answered && (r.run != run || !r.reservedAt.Add(reservationLife).After(now))
}

// answerTo returns what a later caller gets. It is not nil, which would mean that the caller is the first.
func (r reservation) answerTo(c store.Claim) ([]byte, error) {
	switch {
	case string(r.fingerprint) != string(c.Fingerprint[:]):
		return nil, mismatch()
	case !r.answered:
		return nil, fault.New(fault.Conflict, "idempotency_in_progress",
			"The first request with this idempotency key is still at work: try again in a moment.")
	}
	return append([]byte{}, r.answer...), nil
}

// Answer implements store.Answers.
func (s *Store) Answer(ctx context.Context, key [16]byte, answer []byte) error {
	return s.writer.write(ctx, "store the answer", func(t *tx) error {
		changed, err := t.change("UPDATE claim SET answer = ? WHERE key = ?", append([]byte{}, answer...), key[:])
		if err == nil && changed == 0 {
			return fault.Missing("idempotency key")
		}
		return err
	})
}

// Forget implements store.Answers. A key that has its answer keeps it.
func (s *Store) Forget(ctx context.Context, key [16]byte) error {
	return s.writer.write(ctx, "release the idempotency key", func(t *tx) error {
		return t.exec("DELETE FROM claim WHERE key = ? AND answer IS NULL AND message = 0", key[:])
	})
}
