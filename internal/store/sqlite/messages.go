package sqlite

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// messageColumns are the columns that scanMessage reads, of a message table called m.
const messageColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, m.payload, m.carried, m.tags `

// bareColumns are messageColumns without the payload and what goes with it, for lists.
const bareColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, NULL, NULL, m.tags `

// messageSize is the bytes of what messageColumns have more than bareColumns. It reads neither.
const messageSize = " coalesce(octet_length(m.payload), 0) + coalesce(octet_length(m.carried), 0) "

const messageWithKey = "SELECT" + messageColumns + "FROM message m WHERE m.key = ?"

// scanMessage reads a message and, behind its columns, whatever more takes.
func scanMessage(row scanner, more ...any) (hook.Message, error) {
	var m hook.Message
	err := row.Scan(append([]any{
		&m.Key, &m.ApplicationKey, pack.IntoID(&m.ID), &m.EventType, pack.IntoText(&m.EventID), pack.IntoJSON(&m.Channels),
		pack.IntoTime(&m.CreatedAt), pack.IntoTime(&m.PayloadUntil), pack.IntoKeys(&m.Targets), &m.Payload,
		pack.IntoCarried(&m.Carried), pack.IntoJSON(&m.Tags),
	}, more...)...)
	return m, err
}

const (
	insertMessage = "INSERT INTO message VALUES"
	messageWidth  = 12

	// dropPayloads empties messages; which ones is to follow.
	dropPayloads = "UPDATE message SET payload = NULL, carried = NULL WHERE "
)

// appendMessage adds the values of a message's row.
func appendMessage(values []any, m *hook.Message) []any {
	return append(values, m.Key, m.ApplicationKey, m.ID[:], m.EventType, textOrNull(m.EventID), listOrNull(m.Channels),
		micros(m.CreatedAt), micros(m.PayloadUntil), pack.Keys(m.Targets), m.Payload, pack.Carried(m.Carried), listOrNull(m.Tags))
}

// messageByKey returns a message with its payload.
func (s *Store) messageByKey(ctx context.Context, key hook.Key) (hook.Message, error) {
	m, err := scanMessage(s.prompt.QueryRowContext(ctx, messageWithKey, key))
	return m, found("message", err)
}
