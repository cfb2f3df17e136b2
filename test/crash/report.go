package crash

import (
	"fmt"
	"io"
)

// Summarize prints what happened, so that a passing run can be seen to have tested something.
func Summarize(out io.Writer, h History) {
	acked, unanswered, repeated, cut, refused := map[string]bool{}, 0, 0, 0, 0
	for _, p := range h.Publishes {
		if p.Acknowledged() {
			if acked[p.Message] {
				repeated++
			}
			acked[p.Message] = true
		} else if p.Status == 0 {
			unanswered++
		}
	}
	for _, a := range h.Attempts {
		if a.Outcome == interrupted {
			cut++
		}
	}
	for _, a := range h.Arrivals {
		if a.Status >= 300 {
			refused++
		}
	}
	_, _ = fmt.Fprintf(out, "%d faults, %d publishes (%d without an answer, %d repeated after one), "+
		"%d messages acknowledged, %d stored, %d requests received (%d refused, %d repeated by a fault), %d attempts (%d interrupted), "+
		"%d deliveries not accepted by a receiver\n", len(h.Faults), len(h.Publishes), unanswered, repeated,
		len(acked), len(h.Messages), len(h.Arrivals), refused, Repeated(h), len(h.Attempts), cut, len(undelivered(h)))
}

// Tell prints the violations, the first of each rule in full.
func Tell(out io.Writer, found []Violation) {
	shown := map[string]int{}
	for _, v := range found {
		if shown[v.Rule]++; shown[v.Rule] <= 5 {
			_, _ = fmt.Fprintln(out, "BROKEN:", v)
		}
	}
	for rule, n := range shown {
		_, _ = fmt.Fprintf(out, "%d times: %s\n", n, rule)
	}
}
