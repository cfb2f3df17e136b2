package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// ApplicationFilter narrows a list of applications. Zero fields do not narrow.
type ApplicationFilter struct {
	WithEndpoints  bool // leave out applications without endpoints
	NotAllDisabled bool // leave out applications that have endpoints, all of them disabled
}

// MessageFilter narrows a list of messages. Zero fields do not narrow.
type MessageFilter struct {
	EventTypes  []string
	Channel     string
	Tag         string
	Before      time.Time // published before
	After       time.Time // published at this time or after
	WithContent bool      // load payloads
}

// Status is the public verdict on a delivery or an attempt.
type Status uint8

// The statuses with the numbers of the public interface.
const (
	StatusSuccess  Status = 0
	StatusPending  Status = 1
	StatusFailed   Status = 2
	StatusSending  Status = 3
	StatusCanceled Status = 4 // of deliveries only; what was attempted went well or failed
)

// StatusOf is the public verdict on an attempt that ended so.
func StatusOf(o hook.OutcomeKind) Status {
	if o == hook.Succeeded {
		return StatusSuccess
	}
	return StatusFailed
}

// AttemptFilter narrows a list of attempts. Zero fields do not narrow.
type AttemptFilter struct {
	Statuses    []Status // any of them
	StatusClass *int     // 0 for no answer, 100, 200 ... 500
	Endpoint    hook.Key // only of lists by message
	EventTypes  []string
	Channel     string
	Tag         string
	Before      time.Time // left out: this microsecond and what follows
	After       time.Time // included
	WithContent bool      // load response bodies and headers
}

// ByTopic reports whether the filter looks at the message: its event type, channels or tags.
func (f AttemptFilter) ByTopic() bool { return len(f.EventTypes) > 0 || f.Channel != "" || f.Tag != "" }

// Expunged is kept in place of a response that was expunged (public interface).
const Expunged = "EXPUNGED"

// AttemptRecord is an attempt with the public ids around it.
type AttemptRecord struct {
	hook.Attempt
	Message    hook.Message // its id, event type, event id, channels, tags and time only
	EndpointID id.ID        // zero if the endpoint is deleted and its DeletedEndpoint is purged
}

// Destination is where one delivery of a message stands.
type Destination struct {
	Endpoint  hook.Endpoint // of a deleted one the fields of DeletedEndpoint; it is shown as disabled and updated at the deletion
	DeletedAt time.Time     // zero if the endpoint exists
	Delivery  hook.Delivery
	Status    Status
}

// EndpointMessage is a message as one endpoint got it.
type EndpointMessage struct {
	Message  hook.Message
	Delivery hook.Delivery
	Status   Status
}

// MostCounted is how far open deliveries are counted: a number that large says "that many or more".
const MostCounted = 10_000

// Counts are numbers of deliveries of an endpoint.
type Counts struct {
	Success, Pending, Sending, Failed, Canceled int64
}

// History answers questions about what was published and what became of it. A page reads at most a
// bounded number of rows; a filter that matches rarely gives short pages that are not done.
type History interface {
	// Messages returns a page of the application's messages by id, newest first.
	Messages(ctx context.Context, application hook.Key, f MessageFilter, page Page[id.ID]) (List[hook.Message, id.ID], error)
	// Message returns the application's message; ref.UID is its event id, of which the newest counts.
	Message(ctx context.Context, application hook.Key, ref Ref) (hook.Message, error)
	// ExpungeMessage drops the payload and the response bodies of a message for good, and expunges the received webhooks
	// that it was made of, as Inbox.ExpungeReceived does. While one of them is processing, nothing is dropped:
	// fault.Conflict with code "still_processing".
	ExpungeMessage(ctx context.Context, application hook.Key, ref Ref) error

	// AttemptsByEndpoint returns a page of the endpoint's attempts by id, newest first.
	AttemptsByEndpoint(ctx context.Context, endpoint hook.Endpoint, f AttemptFilter, page Page[id.ID]) (List[AttemptRecord, id.ID], error)
	// AttemptsByMessage returns a page of the message's attempts by id, newest first.
	AttemptsByMessage(ctx context.Context, message hook.Message, f AttemptFilter, page Page[id.ID]) (List[AttemptRecord, id.ID], error)
	// Attempt returns one attempt of the message.
	Attempt(ctx context.Context, message hook.Message, attempt id.ID) (AttemptRecord, error)
	// ExpungeAttempt drops the response body and headers of one attempt for good.
	ExpungeAttempt(ctx context.Context, message hook.Message, attempt id.ID) error

	// Destinations returns a page of the endpoints of a message, existing and deleted ones, by endpoint id.
	Destinations(ctx context.Context, message hook.Message, page Page[id.ID]) (List[Destination, id.ID], error)
	// MessagesByEndpoint returns a page of the messages that were attempted at an endpoint, newest first
	// attempt first; the cursor is that attempt's id.
	MessagesByEndpoint(ctx context.Context, endpoint hook.Endpoint, f AttemptFilter, page Page[id.ID]) (List[EndpointMessage, id.ID], error)
	// Counts returns the deliveries of the endpoint that ended within [since, until), whole hours, and
	// those that are open now, of each state at most MostCounted.
	Counts(ctx context.Context, endpoint hook.Key, since, until time.Time) (Counts, error)
	// Events returns the newest n recorded events of an application, newest first.
	Events(ctx context.Context, application hook.Key, n int) ([]hook.Event, error)
}
