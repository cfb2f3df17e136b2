package postgres

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// messageColumns are the columns that scanMessage reads, of a message table called m.
const messageColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, m.payload, m.carried, m.tags `

// bareColumns are messageColumns without the payload and what goes with it, for lists.
const bareColumns = ` m.key, m.application, m.id, m.event_type, m.event_id, m.channels, m.created_at,
	m.payload_until, m.targets, NULL::bytea, NULL::bytea, m.tags `

// dropPayload empties messages; which ones is to follow.
const dropPayload = "UPDATE message SET payload = NULL, carried = NULL WHERE "

// messageSize is the bytes of what messageColumns have more than bareColumns. It reads neither.
const messageSize = " coalesce(octet_length(m.payload), 0) + coalesce(octet_length(m.carried), 0) "

const messageWithKey = "SELECT" + messageColumns + "FROM message m WHERE m.key = $1"

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

// messageByKey returns a message with its payload.
func (s *Store) messageByKey(ctx context.Context, key hook.Key) (hook.Message, error) {
	m, err := scanMessage(s.prompt.QueryRow(ctx, messageWithKey, key))
	return m, found("message", err)
}

// earliestKey returns the smallest key that a message with this id or a later one may have, so that a search
// leaves out the partitions before it. A key is taken after the id on the same machine: the day is for a clock
// that was put back in between. Nothing is said about the largest key: a message may bring an old id.
func earliestKey(from []byte) hook.Key {
	var first id.ID
	copy(first[:], from)
	return messageKeyAt(first.Time().AddDate(0, 0, -1))
}

// sought is a text of a caller to find a row by. PostgreSQL refuses a query with a text that it cannot keep
// (https://www.postgresql.org/docs/current/datatype-character.html); NULL finds nothing, which is the answer.
func sought(text string) any {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil
	}
	return text
}
