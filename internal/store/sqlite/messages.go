package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// messageColumns are the columns that scanMessage reads, of a message table called m.
const messageColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, m.payload `

// bareColumns are messageColumns without the payload, for lists.
const bareColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, NULL `

const messageWithKey = "SELECT" + messageColumns + "FROM message m WHERE m.key = ?"

// scanMessage reads a message and, behind its columns, whatever more takes.
func scanMessage(row scanner, more ...any) (hook.Message, error) {
	var m hook.Message
	err := row.Scan(append([]any{
		&m.Key, &m.ApplicationKey, pack.IntoID(&m.ID), &m.EventType, pack.IntoText(&m.EventID), pack.IntoJSON(&m.Channels),
		pack.IntoTime(&m.CreatedAt), pack.IntoTime(&m.PayloadUntil), pack.IntoKeys(&m.Targets), &m.Payload,
	}, more...)...)
	return m, err
}

// messageByKey returns a message with its payload.
func (s *Store) messageByKey(ctx context.Context, key hook.Key) (hook.Message, error) {
	m, err := scanMessage(s.prompt.QueryRowContext(ctx, messageWithKey, key))
	return m, found("message", err)
}
