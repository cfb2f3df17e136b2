package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Repeated implements store.Journal.
func (s *Store) Repeated(ctx context.Context, c store.Claim, now time.Time) (hook.Message, bool, error) {
	var message hook.Key
	var fingerprint []byte
	err := s.prompt.QueryRow(ctx, "SELECT message, fingerprint FROM claim WHERE key = $1 AND message <> 0 AND expires_at > $2",
		c.Key[:], now.UnixMicro()).Scan(&message, &fingerprint)
	if errors.Is(err, pgx.ErrNoRows) {
		return hook.Message{}, false, nil
	}
	if err != nil {
		return hook.Message{}, false, translate("look up the idempotency key", err)
	}
	if string(fingerprint) != string(c.Fingerprint[:]) {
		return hook.Message{}, false, mismatch()
	}
	first, err := s.firstOf(ctx, message)
	return first, err == nil, err
}

// firstOf returns the message that a used idempotency key stands for. A key may outlive its message.
func (s *Store) firstOf(ctx context.Context, message hook.Key) (hook.Message, error) {
	first, err := s.messageByKey(ctx, message)
	if fault.KindOf(err) == fault.NotFound {
		return hook.Message{}, fault.New(fault.Conflict, "message_purged",
			"This idempotency key was used for a message that has been purged since: it is not published a second time.")
	}
	return first, err
}
