package crash

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Intake is everything that was seen from outside of one source during one run: what other people's systems sent to
// it, what the API lists of that, and what arrived at the endpoint behind it.
type Intake struct {
	Seed     uint64
	Sent     []Sent
	Kept     []Kept
	Messages []string // of the source's application, as the API lists them
	Arrivals []Arrival
	Faults   []Fault
}

// Sent is one request to the source and what its sender saw of the answer.
type Sent struct {
	Digest   string // of the body
	Status   int    // zero when there was no answer
	Problem  string // why there was none
	Answered time.Duration
}

// Kept is a webhook as the API lists it.
type Kept struct {
	ID, Digest, Status, Reason, Message string
}

// done is the status of a webhook that was processed.
const done = "done"

// digest names a body.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// The rules of the receiving side by name.
const (
	RuleNotKept      = "webhook answered with success and not stored"
	RuleKeptTwice    = "webhook stored twice"
	RuleNeverSent    = "stored webhook that nobody sent like that"
	RuleNotProcessed = "stored webhook that was not processed"
	RuleNotForwarded = "processed webhook whose message did not arrive"
	RuleMessageExtra = "message that belongs to no webhook, or to two"
)

// CheckIntake returns every way in which i breaks the promise to the sender and to the owner of the source.
func CheckIntake(i Intake) []Violation {
	c := &intakeChecker{intake: i}
	c.checkKept()
	c.checkProcessed()
	c.checkMessages()
	return c.found
}

type intakeChecker struct {
	intake Intake
	found  []Violation
}

func (c *intakeChecker) report(rule, format string, args ...any) {
	c.found = append(c.found, Violation{Rule: rule, What: fmt.Sprintf(format, args...)})
}

// checkKept holds that every 200 is stored once, byte for byte, and nothing else is than what was sent.
func (c *intakeChecker) checkKept() {
	sent, kept := map[string]bool{}, map[string]int{}
	for _, k := range c.intake.Kept {
		kept[k.Digest]++
	}
	for _, s := range c.intake.Sent {
		if s.Status == 200 && kept[s.Digest] == 0 {
			c.report(RuleNotKept, "body %.12s, answered at %v", s.Digest, s.Answered)
		}
		sent[s.Digest] = true
	}
	for digest, times := range kept {
		if !sent[digest] {
			c.report(RuleNeverSent, "body %.12s", digest)
		}
		if times > 1 {
			c.report(RuleKeptTwice, "body %.12s, %d times", digest, times)
		}
	}
}

// checkProcessed holds that whatever is stored was processed in the end and arrived as a message.
func (c *intakeChecker) checkProcessed() {
	arrived := map[string]bool{}
	for _, a := range c.intake.Arrivals {
		if a.Delivered() {
			arrived[a.Message] = true
		}
	}
	for _, k := range c.intake.Kept {
		switch {
		case k.Status != done:
			c.report(RuleNotProcessed, "%s is %s: %s", k.ID, k.Status, k.Reason)
		case !arrived[k.Message]:
			c.report(RuleNotForwarded, "%s, message %q", k.ID, k.Message)
		}
	}
}

// checkMessages holds that a webhook becomes one message, however often its processing was cut off.
func (c *intakeChecker) checkMessages() {
	of := map[string]int{}
	for _, k := range c.intake.Kept {
		of[k.Message]++
	}
	for _, m := range c.intake.Messages {
		if of[m] != 1 {
			c.report(RuleMessageExtra, "%s belongs to %d", m, of[m])
		}
	}
}
