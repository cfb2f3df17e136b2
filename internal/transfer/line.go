package transfer

import (
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// head is the first line. It says what a program must know before it reads on.
type head struct {
	Posthorn  string    `json:"posthorn"` // always "export"
	Version   int       `json:"version"`
	Engine    string    `json:"engine"` // that it comes from; for people
	History   bool      `json:"history"`
	Secrets   bool      `json:"secrets"`
	CreatedAt time.Time `json:"createdAt"`
}

// tail is the last line: without it, or with other numbers, the stream was cut.
type tail struct {
	Kind   string `json:"kind"`
	Counts Counts `json:"counts"`
}

type eventTypeLine struct {
	Kind        string    `json:"kind"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Group       string    `json:"groupName,omitempty"`
	FeatureFlag string    `json:"featureFlag,omitempty"`
	Schemas     []byte    `json:"schemas,omitempty"`
	Enforced    bool      `json:"enforced,omitempty"`
	Archived    bool      `json:"archived,omitempty"`
	Deprecated  bool      `json:"deprecated,omitempty"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

type adHocLine struct {
	Kind        string    `json:"kind"`
	Application string    `json:"application"`
	Name        string    `json:"name"`
	CreatedAt   time.Time `json:"createdAt"`
}

type applicationLine struct {
	Kind      string            `json:"kind"`
	ID        string            `json:"id"`
	UID       string            `json:"uid,omitempty"`
	Name      string            `json:"name"`
	RateLimit int               `json:"rateLimit,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt time.Time         `json:"createdAt"`
	UpdatedAt time.Time         `json:"updatedAt"`
}

type endpointLine struct {
	Kind           string            `json:"kind"`
	Application    string            `json:"application"`
	ID             string            `json:"id"`
	UID            string            `json:"uid,omitempty"`
	URL            string            `json:"url"`
	Description    string            `json:"description,omitempty"`
	EventTypes     []string          `json:"eventTypes,omitempty"`
	Channels       []string          `json:"channels,omitempty"`
	RateLimit      int               `json:"rateLimit,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	Disabled       bool              `json:"disabled,omitempty"`
	DisabledReason string            `json:"disabledReason,omitempty"`
	FailingSince   time.Time         `json:"failingSince,omitzero"`
	Keys           []keyLine         `json:"secrets,omitempty"`
	Headers        map[string]string `json:"headers,omitempty"`
	Credentials    string            `json:"credentials,omitempty"`
	CreatedAt      time.Time         `json:"createdAt"`
	UpdatedAt      time.Time         `json:"updatedAt"`
}

// deletedEndpointLine is what remains of a deleted endpoint.
type deletedEndpointLine struct {
	Kind        string    `json:"kind"`
	Application string    `json:"application"`
	ID          string    `json:"id"`
	UID         string    `json:"uid,omitempty"`
	URL         string    `json:"url"`
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"createdAt"`
	DeletedAt   time.Time `json:"deletedAt"`
}

// keyLine is a signing key in the clear.
type keyLine struct {
	Key       string    `json:"key"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

type tokenLine struct {
	Kind        string    `json:"kind"`
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Hash        []byte    `json:"hash"`
	Hint        string    `json:"hint"`
	Scope       string    `json:"scope"`
	Application string    `json:"application,omitempty"`
	ExpiresAt   time.Time `json:"expiresAt,omitzero"`
	RevokedAt   time.Time `json:"revokedAt,omitzero"`
	CreatedAt   time.Time `json:"createdAt"`
}

// messageLine is followed by the lines of its deliveries, attempts and claim, so that neither side has to
// remember messages, and a message with many of them needs no more memory than one with few.
type messageLine struct {
	Kind         string    `json:"kind"`
	Application  string    `json:"application"`
	ID           string    `json:"id"`
	EventType    string    `json:"eventType"`
	EventID      string    `json:"eventId,omitempty"`
	Channels     []string  `json:"channels,omitempty"`
	Tags         []string  `json:"tags,omitempty"`
	PublishedAt  time.Time `json:"publishedAt"` // when it was taken in, which its order and age go by
	CreatedAt    time.Time `json:"createdAt"`
	PayloadUntil time.Time `json:"payloadUntil"`
	Targets      []string  `json:"targets"`
	Payload      []byte    `json:"payload,omitempty"` // the bytes as they were published
	Carried      carried   `json:"carried,omitzero"`
}

// carried is what a message has beside its payload.
type carried struct {
	Headers     headerLine `json:"headers,omitempty"`
	Hops        int        `json:"hops,omitempty"`
	ContentType string     `json:"contentType,omitempty"`
}

// IsZero leaves it out of the lines of messages that carry nothing.
func (c carried) IsZero() bool { return len(c.Headers) == 0 && c.Hops == 0 && c.ContentType == "" }

// carried returns what the line says that the message carries, as far as a message may.
func (l messageLine) carried() hook.Carried {
	c := hook.Carry(l.Carried.Headers.header(), l.Carried.Hops)
	c.ContentType = l.Carried.ContentType
	if c.ContentType != "" && !hook.ValidContentType(c.ContentType) {
		c.ContentType = hook.DefaultContentType
	}
	return c
}

// deliveryLine is of the message before it, as are the next two.
type deliveryLine struct {
	Kind     string    `json:"kind"`
	Endpoint string    `json:"endpoint"`
	State    string    `json:"state"`
	Attempts int       `json:"attempts,omitempty"`
	DueAt    time.Time `json:"dueAt,omitzero"`
	Trigger  int       `json:"trigger,omitempty"`
	Reason   string    `json:"reason,omitempty"`
}

type attemptLine struct {
	Kind     string            `json:"kind"`
	Endpoint string            `json:"endpoint"`
	ID       string            `json:"id"`
	Outcome  string            `json:"outcome"`
	Cause    string            `json:"cause,omitempty"`
	Status   int               `json:"status,omitempty"`
	Trigger  int               `json:"trigger,omitempty"`
	Number   int               `json:"number"`
	Micros   int64             `json:"durationMicros"`
	URL      string            `json:"url"`
	Response []byte            `json:"response,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	// Truncated says why Response is only the beginning of a body; empty if it is all of it.
	Truncated string `json:"truncated,omitempty"`
}

// claimLine is an idempotency key of the message before it, or, if it says gone, of one that is not in the
// stream: it must not be published a second time all the same.
type claimLine struct {
	Kind        string    `json:"kind"`
	Key         []byte    `json:"key"`
	Fingerprint []byte    `json:"fingerprint"`
	Gone        bool      `json:"gone,omitempty"`
	ReservedAt  time.Time `json:"reservedAt"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// answerLine is an idempotency key of another operation with the answer that it got, which may hold a secret.
type answerLine struct {
	Kind        string    `json:"kind"`
	Key         []byte    `json:"key"`
	Fingerprint []byte    `json:"fingerprint"`
	Answer      []byte    `json:"answer"`
	ReservedAt  time.Time `json:"reservedAt"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

type tallyLine struct {
	Kind        string    `json:"kind"`
	Endpoint    string    `json:"endpoint"`
	Application string    `json:"application"`
	Hour        time.Time `json:"hour"`
	Success     int64     `json:"success,omitempty"`
	Failed      int64     `json:"failed,omitempty"`
	Canceled    int64     `json:"canceled,omitempty"`
}

type eventLine struct {
	Kind        string    `json:"kind"`
	ID          string    `json:"id"`
	Application string    `json:"application"`
	Type        string    `json:"type"`
	Data        []byte    `json:"data"`
	CreatedAt   time.Time `json:"createdAt"`
}

// eventID is the prefix of an event's id in the stream; the API does not show one.
const eventID id.Kind = "evt"
