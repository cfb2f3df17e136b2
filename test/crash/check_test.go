package crash_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/crash"
)

func TestHistoryThatKeepsThePromisePasses(t *testing.T) {
	t.Parallel()

	found := crash.Check(history(), limits())

	if len(found) != 0 {
		t.Fatalf("found %v", found)
	}
}

func TestEveryBrokenPromiseIsCaught(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule   string
		doctor func(*crash.History)
	}{
		"a lost message": {crash.RuleLost, func(h *crash.History) {
			h.Arrivals = without(h.Arrivals, func(a crash.Arrival) bool { return a.Message == "msg_1" && a.Endpoint == "ep_b" })
			h.Attempts = without(h.Attempts, func(a crash.Attempt) bool { return a.Message == "msg_1" && a.Endpoint == "ep_b" })
		}},
		"a message that vanished altogether": {crash.RuleUnlisted, func(h *crash.History) {
			h.Publishes = append(h.Publishes, ack("key_9", "msg_9", 900*time.Millisecond))
		}},
		"an unexplained duplicate": {crash.RuleDuplicate, func(h *crash.History) {
			h.Arrivals = append(h.Arrivals, arrival("msg_1", "ep_a", "key_1", 300*time.Millisecond, 200))
			h.Attempts = append(h.Attempts, attempt("atmpt_x", "msg_1", "ep_a", 0, ""))
		}},
		"a duplicate long after its answer": {crash.RuleDuplicate, func(h *crash.History) {
			h.Arrivals = append(h.Arrivals, arrival("msg_1", "ep_a", "key_1", 20*time.Second, 200))
			h.Attempts = append(h.Attempts, attempt("atmpt_x", "msg_1", "ep_a", 2, "interrupted"))
			h.Faults = []crash.Fault{{At: 10 * time.Second, Over: 10 * time.Second}}
		}},
		"a duplicate that is not marked": {crash.RuleUnmarked, func(h *crash.History) {
			for i := range h.Attempts {
				h.Attempts[i].Outcome = ""
			}
		}},
		"a request without an attempt": {crash.RuleUnrecorded, func(h *crash.History) {
			h.Attempts = without(h.Attempts, func(a crash.Attempt) bool { return a.ID == "atmpt_1a" })
		}},
		"a request for a message that was never stored": {crash.RuleUnknown, func(h *crash.History) {
			h.Messages = without(h.Messages, func(m crash.Message) bool { return m.ID == "msg_2" })
		}},
		"a success that no receiver saw": {crash.RuleInvented, func(h *crash.History) {
			h.Arrivals = without(h.Arrivals, func(a crash.Arrival) bool { return a.Endpoint == "ep_b" })
		}},
		"two answers for one key": {crash.RuleTwoMessages, func(h *crash.History) {
			h.Publishes = append(h.Publishes, ack("key_1", "msg_2", time.Second))
		}},
		"two stored messages for one key": {crash.RuleTwoMessages, func(h *crash.History) {
			h.Messages = append(h.Messages, crash.Message{App: "app", ID: "msg_8", Key: "key_1"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := history()
			c.doctor(&h)

			found := crash.Check(h, limits())

			if !slices.ContainsFunc(found, func(v crash.Violation) bool { return v.Rule == c.rule }) {
				t.Fatalf("want %q, found %v", c.rule, found)
			}
		})
	}
}

func TestMoreDuplicatesThanWereInFlightAreCaught(t *testing.T) {
	t.Parallel()
	l := limits()
	l.InFlight = 0

	found := crash.Check(history(), l)

	if len(found) != 1 || found[0].Rule != crash.RuleTooMany {
		t.Fatalf("found %v", found)
	}
}

func TestOpenAndVisiblyEndedDeliveriesAreNotLost(t *testing.T) {
	t.Parallel()
	for _, status := range []int{1, 2, 3, 4} {
		h := history()
		h.Publishes = append(h.Publishes, ack("key_9", "msg_9", time.Second))
		h.Messages = append(h.Messages, crash.Message{App: "app", ID: "msg_9", Key: "key_9"})
		for _, e := range []string{"ep_a", "ep_b"} {
			h.Destinations = append(h.Destinations, crash.Destination{Message: "msg_9", Endpoint: e, Status: status})
		}

		if found := crash.Check(h, limits()); len(found) != 0 {
			t.Errorf("status %d: found %v", status, found)
		}
	}
}

// history is a short run that keeps the promise: one message delivered at once to both endpoints, one
// refused first by ep_a, and one to ep_a cut off by a kill and sent again after it.
func history() crash.History {
	ms := time.Millisecond
	return crash.History{
		Endpoints: []crash.Endpoint{{App: "app", ID: "ep_a"}, {App: "app", ID: "ep_b"}},
		Publishes: []crash.Publish{
			ack("key_1", "msg_1", 100*ms),
			{App: "app", Key: "key_2", Problem: "timeout"}, ack("key_2", "msg_2", 200*ms),
			ack("key_3", "msg_3", 4900*ms),
		},
		Messages: []crash.Message{
			{App: "app", ID: "msg_1", Key: "key_1"}, {App: "app", ID: "msg_2", Key: "key_2"}, {App: "app", ID: "msg_3", Key: "key_3"},
		},
		Arrivals: []crash.Arrival{
			arrival("msg_1", "ep_a", "key_1", 110*ms, 204), arrival("msg_1", "ep_b", "key_1", 111*ms, 204),
			arrival("msg_2", "ep_a", "key_2", 210*ms, 500), arrival("msg_2", "ep_a", "key_2", 1300*ms, 200),
			arrival("msg_2", "ep_b", "key_2", 211*ms, 204),
			arrival("msg_3", "ep_a", "key_3", 4950*ms, 204), arrival("msg_3", "ep_a", "key_3", 6000*ms, 204),
			arrival("msg_3", "ep_b", "key_3", 6001*ms, 204),
		},
		Faults: []crash.Fault{{At: 5000 * ms, Over: 5010 * ms}},
		Attempts: []crash.Attempt{
			attempt("atmpt_1a", "msg_1", "ep_a", 0, ""), attempt("atmpt_1b", "msg_1", "ep_b", 0, ""),
			attempt("atmpt_2a", "msg_2", "ep_a", 2, ""), attempt("atmpt_2c", "msg_2", "ep_a", 0, ""),
			attempt("atmpt_2b", "msg_2", "ep_b", 0, ""),
			attempt("atmpt_3a", "msg_3", "ep_a", 2, "interrupted"), attempt("atmpt_3c", "msg_3", "ep_a", 0, ""),
			attempt("atmpt_3b", "msg_3", "ep_b", 0, ""),
		},
		Destinations: []crash.Destination{{Message: "msg_1", Endpoint: "ep_a", Status: 0}},
	}
}

func limits() crash.Limits { return crash.Limits{Window: 2 * time.Second, InFlight: 10} }

func ack(key, message string, at time.Duration) crash.Publish {
	return crash.Publish{App: "app", Key: key, Status: 202, Message: message, Sent: at - time.Millisecond, Answered: at}
}

func arrival(message, endpoint, key string, at time.Duration, status int) crash.Arrival {
	return crash.Arrival{Message: message, Endpoint: endpoint, Key: key, At: at, Answered: at, Status: status}
}

func attempt(id, message, endpoint string, status int, outcome string) crash.Attempt {
	return crash.Attempt{ID: id, Message: message, Endpoint: endpoint, Status: status, Outcome: outcome}
}

func without[T any](all []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), drop)
}
