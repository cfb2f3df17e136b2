package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	// reservationLife is how long a caller may be at work on a reserved key before it is taken for dead.
	reservationLife = time.Minute
	// otherClocks is how far the clocks of two nodes may be apart when one judges the other's reservation.
	otherClocks = 10 * time.Minute
)

// reserveClaim takes a key that is free: never used, used up, or held by somebody who is dead. It looks and
// takes in one statement, since another node may do the same; the loser waits for the row and then finds it
// taken (https://www.postgresql.org/docs/current/transaction-iso.html, "Read Committed").
const reserveClaim = `INSERT INTO claim (key, fingerprint, message, answer, reserved_at, expires_at, run)
	VALUES ($1, $2, 0, NULL, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET
	fingerprint = excluded.fingerprint, message = 0, answer = NULL,
	reserved_at = excluded.reserved_at, expires_at = excluded.expires_at, run = excluded.run
	WHERE claim.expires_at <= excluded.reserved_at OR claim.answer IS NULL AND (
		claim.reserved_at <= CASE WHEN claim.run = excluded.run THEN $6::bigint ELSE $7::bigint END
		OR claim.run <> excluded.run AND NOT EXISTS
			(SELECT 1 FROM run r WHERE r.key = claim.run AND r.ended_at IS NULL AND r.buried_at IS NULL))`

// Reserve implements store.Answers.
func (s *Store) Reserve(ctx context.Context, c store.Claim, now time.Time) (answer []byte, err error) {
	err = s.write(ctx, "reserve the idempotency key", func(tx pgx.Tx) error {
		dead := now.Add(-reservationLife)
		reserved, err := tx.Exec(ctx, reserveClaim, c.Key[:], c.Fingerprint[:], micros(now), micros(c.ExpiresAt), s.run(),
			dead.UnixMicro(), dead.Add(-otherClocks).UnixMicro())
		if err != nil || reserved.RowsAffected() == 1 {
			answer = nil
			return err
		}
		answer, err = answerTo(ctx, tx, c)
		return err
	})
	return answer, err
}

// answerTo returns what a later caller gets. It is not nil, which would mean that the caller is the first. The
// row is there: who finds a key taken has locked it.
func answerTo(ctx context.Context, tx pgx.Tx, c store.Claim) ([]byte, error) {
	var fingerprint, answer []byte
	var answered bool // an answer may be empty
	err := tx.QueryRow(ctx, "SELECT fingerprint, answer IS NOT NULL, answer FROM claim WHERE key = $1", c.Key[:]).
		Scan(&fingerprint, &answered, &answer)
	switch {
	case err != nil:
		return nil, err
	case string(fingerprint) != string(c.Fingerprint[:]):
		return nil, mismatch()
	case !answered:
		return nil, fault.New(fault.Conflict, "idempotency_in_progress",
			"The first request with this idempotency key is still at work: try again in a moment.")
	}
	return append([]byte{}, answer...), nil
}

// Answer implements store.Answers.
func (s *Store) Answer(ctx context.Context, key [16]byte, answer []byte) error {
	return s.write(ctx, "store the answer", func(tx pgx.Tx) error {
		changed, err := tx.Exec(ctx, "UPDATE claim SET answer = $1 WHERE key = $2", append([]byte{}, answer...), key[:])
		if err == nil && changed.RowsAffected() == 0 {
			return fault.Missing("idempotency key")
		}
		return err
	})
}

// Forget implements store.Answers. A key that has its answer keeps it.
func (s *Store) Forget(ctx context.Context, key [16]byte) error {
	return s.write(ctx, "release the idempotency key", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM claim WHERE key = $1 AND answer IS NULL AND message = 0", key[:])
		return err
	})
}
