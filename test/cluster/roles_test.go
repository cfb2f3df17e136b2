package cluster_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/crash"
)

func TestNodesThatShareTheWorkByRolesDeliverPromptly(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	takes, sends := []string{"POSTHORN_ROLES=api"}, []string{"POSTHORN_ROLES=deliver,maintain"}
	n := start(t,
		node{name: "takes", database: database, settings: takes},
		node{name: "takes-too", database: database, settings: takes},
		node{name: "sends", database: database, settings: sends, unknown: true},
		node{name: "sends-too", database: database, settings: sends, unknown: true},
	)

	h := n.under(func() { n.pause(2 * time.Second) })

	waits := waits(h)
	median, worst := waits[len(waits)/2], waits[len(waits)-1]
	t.Logf("from the answer to the first request: median %v, worst %v", median, worst)
	if median > time.Second/2 || worst > 5*time.Second {
		t.Errorf("half waited for %v, one for %v", median, worst)
	}
}

// waits returns how long messages waited, from their answer to the first request at the last of their endpoints, rising.
func waits(h crash.History) []time.Duration {
	first := map[string]map[string]time.Duration{}
	for _, a := range h.Arrivals {
		if first[a.Message] == nil {
			first[a.Message] = map[string]time.Duration{}
		}
		if at, ok := first[a.Message][a.Endpoint]; !ok || a.At < at {
			first[a.Message][a.Endpoint] = a.At
		}
	}
	var all []time.Duration
	for _, p := range h.Publishes {
		if !p.Acknowledged() {
			continue
		}
		last := p.Answered
		for _, at := range first[p.Message] {
			last = max(last, at)
		}
		all = append(all, last-p.Answered)
	}
	slices.Sort(all)
	return all
}
