package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/bench/histogram"
	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/bench/sender"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/fault"
)

// webhook is a sender as load wants it.
type webhook struct {
	*sender.Sender
	genuine bool
}

// Judge implements load.Maker. A webhook is taken if it is genuine and refused if it is forged; nothing else will do.
func (w webhook) Judge(status int, body []byte) (uint64, error) {
	switch {
	case w.genuine && status >= http.StatusMultipleChoices:
		return 0, remote.Refusal(status, body)
	case !w.genuine && status != http.StatusUnauthorized:
		return 0, fault.New(fault.Conflict, "forgery_taken", "A forged webhook was answered with status %d.", status)
	}
	return sink.Key(w.ID()), nil
}

// Time for the server to write down what it has refused, which it does every few seconds.
const countedWithin = 15 * time.Second

// forged sends webhooks with a foreign secret's signature and sees that nothing of them is kept but their number.
// sent is what the source has acknowledged before.
func (l *lab) forged(ctx context.Context, src *source, sent []load.Sent, report *ReceiveReport) error {
	plan, err := l.plan(src, src.otherSecret)
	if err != nil {
		return err
	}
	watch := l.watchAnswers("forged")
	began := l.elapsed()
	result, err := load.Run(ctx, plan, &watch.live)
	watch.stop()
	if err != nil {
		return fmt.Errorf("send forged webhooks: %w", err)
	}
	f := forgedFigures(result, began)
	report.Forged = &f
	if f.Stored, err = newer(ctx, src, sent); err != nil {
		return err
	}
	f.Counted, err = l.awaitCounted(ctx, src, f.Refused)
	return err
}

// forgedFigures adds up what was answered.
func forgedFigures(r load.Result, began time.Duration) ForgedFigures {
	var answers histogram.Histogram
	last := began
	for _, s := range r.Sent {
		answers.Record(s.Acked - s.Intended)
		last = max(last, s.Acked)
	}
	return ForgedFigures{
		Refused: len(r.Sent), Unanswered: r.Unacked, RefusedPerSecond: perSecond(len(r.Sent), last-began), Answer: latency(&answers),
	}
}

// newer returns how many webhooks are stored that came after all of sent.
func newer(ctx context.Context, src *source, sent []load.Sent) (int, error) {
	known := make(map[uint64]bool, len(sent))
	for _, s := range sent {
		known[s.Message] = true
	}
	n := 0
	err := src.list(ctx, func(id, _ string) bool {
		if known[sink.Key([]byte(id))] {
			return false
		}
		n++
		return true
	})
	return n, err
}

// awaitCounted returns how many refusals the server has counted, once it has counted n or its time is over.
func (l *lab) awaitCounted(ctx context.Context, src *source, n int) (int, error) {
	for until := l.elapsed() + countedWithin; ; pause(ctx, 100*time.Millisecond) {
		var stats struct {
			Refused map[string]int `json:"refused"`
		}
		if err := src.client.Call(ctx, http.MethodGet, src.at("/stats"), nil, &stats); err != nil {
			return 0, err
		}
		counted := 0
		for _, times := range stats.Refused {
			counted += times
		}
		if counted >= n || l.elapsed() > until || ctx.Err() != nil {
			return counted, ctx.Err()
		}
	}
}
