package receive

import (
	"bytes"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// How refusals are written down: every flushEvery, and no more samples than these of a source, however many came.
const (
	flushEvery      = 5 * time.Second
	samplesOfSource = 10
	samplesOfCause  = 3
)

// tally counts what is refused until it is written down.
type tally struct {
	mu      sync.Mutex
	sources map[hook.Key]*refusals
}

// refusals are those of one source since the last flush.
type refusals struct {
	counts  map[counted]int64
	samples []hook.Refused
	sampled map[string]int // samples by cause
}

type counted struct {
	cause string
	hour  time.Time
}

func newTally() *tally { return &tally{sources: map[hook.Key]*refusals{}} }

// note counts a refusal and keeps a sample of it while there is room.
func (t *tally) note(d *Door, r *Request, why *Refusal, now time.Time, ids *id.Source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of(d.source.Key)
	of.counts[counted{why.Cause, now.Truncate(time.Hour)}]++
	if len(of.samples) >= samplesOfSource || of.sampled[why.Cause] >= samplesOfCause {
		return
	}
	of.sampled[why.Cause]++
	of.samples = append(of.samples, sample(d, r, why, now, ids))
}

func (t *tally) of(source hook.Key) *refusals {
	of := t.sources[source]
	if of == nil {
		of = &refusals{counts: map[counted]int64{}, sampled: map[string]int{}}
		t.sources[source] = of
	}
	return of
}

func sample(d *Door, r *Request, why *Refusal, now time.Time, ids *id.Source) hook.Refused {
	m := newMask(d, r)
	body := m.body(r) // before it is cut: half a secret would not be found
	return hook.Refused{
		SourceKey: d.source.Key, ID: ids.New(now), At: now, Cause: why.Cause, Detail: why.ownerText(), Method: r.Method,
		ContentType: r.first("Content-Type"), Remote: remoteText(r.Remote), Headers: m.headers(r.Header),
		Body: bytes.Clone(body[:min(len(body), hook.MaxRefusedBody)]),
	}
}

// take returns what was counted and begins anew.
func (t *tally) take() map[hook.Key]*refusals {
	t.mu.Lock()
	defer t.mu.Unlock()
	taken := t.sources
	t.sources = map[hook.Key]*refusals{}
	return taken
}

// giveBack adds counts that could not be written down; their samples have had their chance.
func (t *tally) giveBack(source hook.Key, r *refusals) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of(source)
	for what, n := range r.counts {
		of.counts[what] += n
	}
}

func (r *refusals) list() []store.RefusalCount {
	counts := make([]store.RefusalCount, 0, len(r.counts))
	for what, n := range r.counts {
		counts = append(counts, store.RefusalCount{Cause: what.cause, Hour: what.hour, Count: n})
	}
	return counts
}
