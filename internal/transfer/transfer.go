// Package transfer moves everything between databases: it writes what a store remembers as a stream of lines
// that is also the backup format, and reads it back into an empty store, whatever engines the two are. Secrets are
// opened on the way out and sealed with the other side's key on the way in, so the stream is encrypted as a whole.
package transfer

import (
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Version is the format of the stream that this program writes. It reads those from oldest on: the first had
// nothing of what receives.
const (
	Version = 2
	oldest  = 1
)

// Counts are how many things of each kind went through, by the name of the kind.
type Counts map[string]int64

// The kinds of lines.
const (
	kindEventType   = "eventType"
	kindApplication = "application"
	kindAdHoc       = "adHocEventType"
	kindEndpoint    = "endpoint"
	kindDeleted     = "deletedEndpoint"
	kindToken       = "token"
	kindAnswer      = "answer"
	kindClaim       = "claim"
	kindMessage     = "message"
	kindDelivery    = "delivery"
	kindAttempt     = "attempt"
	kindTally       = "tally"
	kindEvent       = "event"
	kindSource      = "source"
	kindReceived    = "received"
	kindSeen        = "seen"
	kindRefusals    = "refusals"
	kindRefused     = "refused"
	kindEnd         = "end"
)

// Kinds returns the kinds of lines in the order of the stream.
func Kinds() []string {
	return []string{
		kindEventType, kindApplication, kindAdHoc, kindEndpoint, kindDeleted, kindSource, kindToken, kindAnswer, kindMessage, kindDelivery, kindAttempt,
		kindClaim, kindReceived, kindSeen, kindTally, kindEvent, kindRefusals, kindRefused,
	}
}

// outcomes, states and intakes are spelled out in the stream: a reader need not know our numbers.
func outcomes() []string { return []string{"succeeded", "failed", "gone", "interrupted"} }

func states() []string {
	return []string{hook.Waiting.String(), hook.Sending.String(), hook.Delivered.String(), hook.Exhausted.String(), hook.Canceled.String()}
}

func intakes() []string {
	return []string{hook.IntakeNew.String(), hook.IntakeProcessing.String(), hook.IntakeFailed.String(), hook.IntakeDone.String()}
}

// damaged is the answer to a stream that this program did not write.
func damaged(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "export_damaged", "The export is damaged: "+format, args...)
}
