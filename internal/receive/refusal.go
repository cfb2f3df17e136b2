package receive

import (
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// Refusal is why a request is not taken. Its text is for the sender and says nothing that whoever guesses could
// use: what the owner of the source is told stands in the sample.
type Refusal struct {
	Kind   fault.Kind
	Cause  string // for programs, and to count by
	Detail string
	Allow  []string      // for a method that the source does not take: those that it does
	Wait   time.Duration // for what was too much: when to come again

	owner string // what the owner of the source is told; Detail if empty
}

// Error returns what the sender is told.
func (r *Refusal) Error() string { return r.Detail }

// The causes that do not come from a provider's declaration.
const (
	CauseUnknown     = "unknown"
	CauseDisabled    = "disabled"
	CauseTooLarge    = "too_large"
	CauseEncoding    = "content_encoding"
	CauseCompression = "malformed_compression"
	CauseRate        = "rate_limit"
	CauseStranger    = "address_limit"
	CauseLoop        = "loop_detected"
	CausePath        = "malformed_path" // of the source, not of the request
)

// goesRound is the refusal of what has been through too many Posthorns. It is for who set them up: none of them can
// see the whole way.
func goesRound() *Refusal {
	return &Refusal{Kind: fault.Conflict, Cause: CauseLoop, Detail: "This webhook has passed through too many Posthorns, or does not say through how many: " +
		"an endpoint points back at where its webhooks come from."}
}

func unknown() *Refusal {
	return &Refusal{Kind: fault.NotFound, Cause: CauseUnknown, Detail: "There is nothing at this path."}
}

func unavailable(cause, owner string) *Refusal {
	return &Refusal{
		Kind: fault.Unavailable, Cause: cause, Wait: retryLater, Detail: "This cannot be taken right now; send it again later.", owner: owner,
	}
}

func tooLarge() *Refusal {
	return &Refusal{Kind: fault.TooLarge, Cause: CauseTooLarge, Detail: "The body is larger than this source takes."}
}

func malformedCompression() *Refusal {
	return &Refusal{Kind: fault.Invalid, Cause: CauseCompression, Detail: "The body is not compressed in the way that Content-Encoding says."}
}

// refusalOf turns what a declaration refused into what the sender and the owner are told. The sender learns which
// part of the request is at fault; that a source is not set up is its owner's affair.
func refusalOf(err error) *Refusal {
	reason := provider.Reason("")
	if !errors.As(err, &reason) {
		return unavailable("internal", "The check of the request failed here.")
	}
	r := &Refusal{Kind: reason.Kind(), Cause: string(reason), Detail: "This request could not be verified.", owner: err.Error()}
	switch reason {
	case provider.NoSecret, provider.BlankSecret, provider.BadSecret, provider.BadOption, provider.UnknownProvider, provider.UnknownScheme:
	default:
		r.Detail = "The request could not be verified: " + err.Error() + "."
	}
	if r.Kind == fault.Unavailable {
		r.Wait = retryLater
	}
	return r
}

// KindOf returns the kind of the refusals that have this cause, of which only the cause is written down.
func KindOf(cause string) fault.Kind {
	switch cause {
	case CauseUnknown, CauseDisabled:
		return fault.NotFound
	case CauseTooLarge:
		return fault.TooLarge
	case CauseEncoding:
		return fault.Unsupported
	case CauseRate, CauseStranger:
		return fault.Limited
	case CauseCompression:
		return fault.Invalid
	case CauseLoop:
		return fault.Conflict
	case CausePath, "internal", "secret_unreadable", "visit_failed", "unavailable":
		return fault.Unavailable
	}
	return provider.Reason(cause).Kind()
}

const retryLater = 30 * time.Second

// ownerText returns what the owner of the source is told.
func (r *Refusal) ownerText() string {
	if r.owner != "" {
		return r.owner
	}
	return r.Detail
}
