package hook

import (
	"time"

	"github.com/posthorn/posthorn/internal/id"
)

// OutcomeKind is what became of one attempt.
type OutcomeKind uint8

// The outcomes of an attempt.
const (
	Succeeded   OutcomeKind = iota // the endpoint answered 2xx in time
	Failed                         // anything else that may go better later
	Gone                           // the endpoint answered 410: it wants nothing more
	Interrupted                    // the process ended while the request may have been on its way
)

// Outcome is the verdict on one attempt.
type Outcome struct {
	Kind       OutcomeKind
	RetryAfter time.Duration // what the endpoint asked for; zero if nothing
}

// Judge returns the verdict on an answer with the given status. Status zero is no answer.
func Judge(status int, retryAfter time.Duration) Outcome {
	switch {
	case status >= 200 && status <= 299:
		return Outcome{Kind: Succeeded}
	case status == 410:
		return Outcome{Kind: Gone}
	default:
		return Outcome{Kind: Failed, RetryAfter: retryAfter}
	}
}

// Truncation says whether the whole body of an answer is kept.
type Truncation uint8

// The ways in which a body may be incomplete.
const (
	NotTruncated Truncation = iota // all of it is kept, or there was none
	AtLimit                        // it is longer than what the server keeps
	BrokenOff                      // the connection or the time of the attempt ended before the body did
)

// Attempt is one request that left, or may have left, for an endpoint.
type Attempt struct {
	ID             id.ID // made when the request starts
	ApplicationKey Key
	MessageKey     Key
	EndpointKey    Key
	Outcome        OutcomeKind
	Cause          string // why there was no answer, such as "timeout"; empty if there was one
	Status         int    // HTTP status of the answer; zero if none came
	Trigger        Trigger
	Number         int // 1 for the first of the delivery's schedule
	URL            string
	Duration       time.Duration
	Response       []byte            // at most what the server keeps of an answer's body
	Truncated      Truncation        // whether Response is only the beginning
	Headers        map[string]string // a bounded snapshot of the answer's headers
	StartedAt      time.Time
}
