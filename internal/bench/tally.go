package bench

import (
	"time"

	"github.com/posthorn/posthorn/internal/bench/histogram"
	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// tally is what became of the acknowledged messages at the endpoints that do not hang.
type tally struct {
	expected   int
	delivered  int // pairs of message and endpoint that arrived at least once
	duplicated int // arrivals beyond the first of each pair
	last       time.Duration
	endToEnd   histogram.Histogram
}

// lost returns how many pairs never arrived.
func (t *tally) lost() int { return t.expected - t.delivered }

// count matches what was sent with what arrived. Arrivals of other messages, such as those of the
// warm-up or those whose acknowledgement was cut off, do not count.
func count(sent []load.Sent, arrivals []sink.Arrival, endpoints int) tally {
	t := tally{expected: len(sent) * endpoints}
	number := make(map[uint64]int, len(sent))
	for i, s := range sent {
		number[s.Message] = i
	}
	seen := make([]uint64, (t.expected+63)/64) // one bit for each pair
	for _, a := range arrivals {
		i, ok := number[a.Message]
		if !ok || a.Endpoint < 0 || int(a.Endpoint) >= endpoints {
			continue
		}
		pair := i*endpoints + int(a.Endpoint)
		if seen[pair/64]&(1<<(pair%64)) != 0 {
			t.duplicated++
			continue
		}
		seen[pair/64] |= 1 << (pair % 64)
		t.delivered++
		t.last = max(t.last, a.At)
		t.endToEnd.Record(a.At - sent[i].Intended)
	}
	return t
}
