package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// Intake is the status of a received webhook (C44).
type Intake uint8

// The statuses. What is new waits, what is processing is in the hands of one run, the others have ended.
const (
	IntakeNew Intake = iota
	IntakeProcessing
	IntakeFailed
	IntakeDone
)

// String returns the status as the API spells it.
func (i Intake) String() string { return [...]string{"new", "processing", "failed", "done"}[i] }

// Ended reports whether nothing more happens to it by itself.
func (i Intake) Ended() bool { return i == IntakeFailed || i == IntakeDone }

// Received is a webhook that arrived at a source, kept as it came (C41).
type Received struct {
	Key            Key // rises with commit order
	SourceKey      Key
	ApplicationKey Key // of the source when it arrived
	ID             id.ID
	Method         string
	Query          string              // without the question mark, as it came
	Headers        map[string][]string // without credentials, cookies and what belongs to the connection
	ContentType    string
	SourceURL      string // where it says that it comes from (Origin, Referer); empty if it does not
	Remote         string // address that the request came from
	KeyHint        string // the first characters of the source's address that was used
	Body           []byte // exactly the bytes that came; nil once expunged
	EventID        string // by the provider's declaration; empty if there is none
	EventType      string
	OccurredAt     time.Time // by the provider's declaration; zero if unknown
	ReceivedAt     time.Time

	Status    Intake
	Attempts  int       // how often processing was begun
	DueAt     time.Time // when a new one is processed next
	ChangedAt time.Time // of the status
	Reason    string    // why the last processing did not go well, or made no message
	Message   id.ID     // the message that was made of it; zero if none

	ExpungedAt time.Time // when body, headers, query and source URL were erased; zero while they are kept
}

// Refused is a request that a source did not take, kept as a sample so that "why do I get nothing?" has an answer.
type Refused struct {
	SourceKey   Key
	ID          id.ID
	At          time.Time
	Cause       string // for programs, such as "no_match"
	Detail      string // a sentence for the owner of the source
	Method      string
	ContentType string
	Remote      string
	Headers     map[string][]string // names, and values that are no secrets
	Body        []byte              // its beginning
}

// MaxRefusedBody is how much of a refused request's body is kept, in bytes.
const MaxRefusedBody = 4 << 10
