package crash

import (
	"fmt"
	"time"
)

// Limits say what a fault excuses.
type Limits struct {
	Window   time.Duration // an answer may be this old when a fault begins and not be stored yet
	InFlight int           // requests that may be under way at one fault
}

// Violation is one broken promise.
type Violation struct{ Rule, What string }

// String shows the violation in a line.
func (v Violation) String() string { return v.Rule + ": " + v.What }

// The rules by name.
const (
	RuleLost        = "acknowledged message lost"
	RuleUnlisted    = "acknowledged message not listed"
	RuleDuplicate   = "duplicate without a fault to explain it"
	RuleTooMany     = "more duplicates than requests in flight"
	RuleUnmarked    = "duplicate without an interrupted attempt"
	RuleUnrecorded  = "request without an attempt"
	RuleUnknown     = "request for a message that the API does not know"
	RuleInvented    = "success that no receiver saw"
	RuleTwoMessages = "two messages under one idempotency key"
)

// pair is one delivery: a message on its way to an endpoint.
type pair struct{ message, endpoint string }

// String names both.
func (p pair) String() string { return p.message + " to " + p.endpoint }

// checker holds the history, arranged for questions.
type checker struct {
	history  History
	limits   Limits
	targets  map[string][]string // endpoints by application
	listed   map[string]Message
	arrivals map[pair][]Arrival // in the order in which they arrived
	states   map[pair]int
	attempts map[pair][]Attempt
	found    []Violation
}

// Check returns every way in which h breaks the promise; none is what we want.
func Check(h History, l Limits) []Violation {
	c := &checker{history: h, limits: l}
	c.arrange()
	c.checkKept()
	c.checkDuplicates()
	c.checkRecorded()
	c.checkInvented()
	c.checkKeys()
	return c.found
}

// report adds a violation.
func (c *checker) report(rule, format string, args ...any) {
	c.found = append(c.found, Violation{Rule: rule, What: fmt.Sprintf(format, args...)})
}

// checkKept holds that each acknowledged message was delivered to every endpoint, or is still open, or
// has visibly ended.
func (c *checker) checkKept() {
	done := map[string]bool{}
	for _, p := range c.history.Publishes {
		if !p.Acknowledged() || done[p.Message] {
			continue
		}
		done[p.Message] = true
		if _, ok := c.listed[p.Message]; !ok {
			c.report(RuleUnlisted, "%s of %s, acknowledged at %v", p.Message, p.App, p.Answered)
		}
		for _, endpoint := range c.targets[p.App] {
			d := pair{p.Message, endpoint}
			if !c.delivered(d) && !c.accounted(d) {
				c.report(RuleLost, "%s, acknowledged at %v", d, p.Answered)
			}
		}
	}
}

// delivered says whether the receiver accepted the message at least once.
func (c *checker) delivered(d pair) bool {
	for _, a := range c.arrivals[d] {
		if a.Delivered() {
			return true
		}
	}
	return false
}

// accounted says whether the API shows the delivery as open or as ended without success.
func (c *checker) accounted(d pair) bool {
	status, ok := c.states[d]
	return ok && (status == statusPending || status == statusSending || status == statusFail || status == statusCancel)
}

// checkRecorded holds that each request is about a known message and has an attempt.
func (c *checker) checkRecorded() {
	for d, arrivals := range c.arrivals {
		if _, ok := c.listed[d.message]; !ok {
			c.report(RuleUnknown, "%s, at %v", d, arrivals[0].At)
		}
		if got, rows := len(arrivals), len(c.attempts[d]); got > rows {
			c.report(RuleUnrecorded, "%s: %d requests, %d attempts", d, got, rows)
		}
	}
}

// checkInvented holds that what the API calls a success was one.
func (c *checker) checkInvented() {
	for d, attempts := range c.attempts {
		for _, a := range attempts {
			if a.Status == statusSuccess && !c.delivered(d) {
				c.report(RuleInvented, "%s: attempt %s", d, a.ID)
			}
		}
	}
	for d, status := range c.states {
		if status == statusSuccess && !c.delivered(d) {
			c.report(RuleInvented, "%s: the delivery is shown as delivered", d)
		}
	}
}

// checkKeys holds that no key ever stands for two messages: not in what the client was told, not in
// what the API lists, not in what receivers got.
func (c *checker) checkKeys() {
	messages := map[string]string{}
	same := func(key, message, where string) {
		if key == "" {
			return
		}
		if first, ok := messages[key]; ok && first != message {
			c.report(RuleTwoMessages, "%s: %s and %s (%s)", key, first, message, where)
			return
		}
		messages[key] = message
	}
	for _, p := range c.history.Publishes {
		if p.Acknowledged() {
			same(p.Key, p.Message, "answer")
		}
	}
	for _, m := range c.history.Messages {
		same(m.Key, m.ID, "list")
	}
	for _, a := range c.history.Arrivals {
		same(a.Key, a.Message, "receiver")
	}
}
