package transfer

import (
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// sourceLine has the rules as the store keeps them, so that one that is added comes along by itself. Hashes of former
// addresses are among them, which are left out where the address is.
type sourceLine struct {
	Kind        string            `json:"kind"`
	Application string            `json:"application"`
	ID          string            `json:"id"`
	UID         string            `json:"uid,omitempty"`
	Name        string            `json:"name"`
	Provider    string            `json:"provider"`
	Options     map[string]string `json:"options,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Disabled    bool              `json:"disabled,omitempty"`
	Rules       hook.SourceRules  `json:"rules,omitzero"`
	Address     string            `json:"address,omitempty"` // the unguessable part of it
	Secrets     []keyLine         `json:"secrets,omitempty"` // the newest first
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
}

// receivedLine names the message that was made of the webhook, which may have stayed behind.
type receivedLine struct {
	Kind        string     `json:"kind"`
	Source      string     `json:"source"`
	ID          string     `json:"id"`
	Status      string     `json:"status"`
	Attempts    int        `json:"attempts,omitempty"`
	Reason      raw        `json:"reason,omitempty"`
	Message     string     `json:"message,omitempty"`
	StoredAt    time.Time  `json:"storedAt"` // which its order and age go by
	ReceivedAt  time.Time  `json:"receivedAt"`
	DueAt       time.Time  `json:"dueAt"`
	ChangedAt   time.Time  `json:"changedAt"`
	OccurredAt  time.Time  `json:"occurredAt,omitzero"`
	EventID     raw        `json:"eventId,omitempty"`
	EventType   raw        `json:"eventType,omitempty"`
	Method      raw        `json:"method"`
	Query       raw        `json:"query,omitempty"`
	ContentType raw        `json:"contentType,omitempty"`
	SourceURL   raw        `json:"sourceUrl,omitempty"`
	Remote      raw        `json:"remote,omitempty"`
	KeyHint     raw        `json:"keyHint,omitempty"`
	Headers     headerLine `json:"headers,omitempty"`
	Body        []byte     `json:"body"` // the bytes that came; null once they are gone
	ExpungedAt  time.Time  `json:"expungedAt,omitzero"`
}

// seenLine is an event that came: what says it again until it expires is a repetition. The hash is bound to its
// source, and the webhook that said it first may have stayed behind.
type seenLine struct {
	Kind      string    `json:"kind"`
	Hash      []byte    `json:"hash"`
	Received  string    `json:"received"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// refusalsLine is how many requests a source refused within an hour for one cause.
type refusalsLine struct {
	Kind   string    `json:"kind"`
	Source string    `json:"source"`
	Cause  string    `json:"cause"`
	Hour   time.Time `json:"hour"`
	Count  int64     `json:"count"`
}

// refusedLine is one of them.
type refusedLine struct {
	Kind        string     `json:"kind"`
	Source      string     `json:"source"`
	ID          string     `json:"id"`
	At          time.Time  `json:"at"`
	Cause       string     `json:"cause"`
	Detail      raw        `json:"detail,omitempty"`
	Method      raw        `json:"method,omitempty"`
	ContentType raw        `json:"contentType,omitempty"`
	Remote      raw        `json:"remote,omitempty"`
	Headers     headerLine `json:"headers,omitempty"`
	Body        []byte     `json:"body,omitempty"`
}
