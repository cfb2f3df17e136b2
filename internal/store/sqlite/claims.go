package sqlite

import (
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

const insertClaim = "INSERT INTO claim (key, fingerprint, message, answer, reserved_at, expires_at) VALUES"

// A key whose time is over may be taken again, as if it had never been used.
const unlessHeld = ` ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, message = excluded.message,
	answer = NULL, reserved_at = excluded.reserved_at, expires_at = excluded.expires_at
	WHERE claim.expires_at <= excluded.reserved_at`

// claimAll takes the idempotency keys of a group. Whoever comes second learns which message was first.
func claimAll(t *tx, all []*publication, now time.Time) error {
	var values []any
	for _, p := range all {
		if p.Claim != nil {
			values = append(values, p.Claim.Key[:], p.Claim.Fingerprint[:], p.receipt.Message.Key, nil,
				now.UnixMicro(), micros(p.Claim.ExpiresAt))
		}
	}
	refused, err := t.insertUnless(rows{insertClaim, 6, values}, unlessHeld)
	if err != nil || !refused {
		return err
	}
	return resolveClaims(t, all)
}

// resolveClaims finds out which publications of a group with a used key are repeats and which misuse it.
func resolveClaims(t *tx, all []*publication) error {
	for _, p := range all {
		if p.Claim == nil {
			continue
		}
		var message hook.Key
		var fingerprint []byte
		err := t.row("SELECT message, fingerprint FROM claim WHERE key = ?", p.Claim.Key[:]).Scan(&message, &fingerprint)
		switch {
		case err != nil:
			return err
		case message == p.receipt.Message.Key:
		case string(fingerprint) != string(p.Claim.Fingerprint[:]):
			p.err = mismatch()
		default:
			p.repeats = message
		}
	}
	return nil
}

func mismatch() error {
	return fault.New(fault.Conflict, "idempotency_mismatch",
		"This idempotency key was used for another request: use a new key for a new request.")
}
