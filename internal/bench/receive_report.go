package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/bench/histogram"
	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/bench/sender"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/fault"
)

// ReceiveReport is what one run against the receiving side found.
type ReceiveReport struct {
	Settings Settings       `json:"settings"`
	Machine  Machine        `json:"machine"`
	Received ReceiveFigures `json:"received"`
	Forged   *ForgedFigures `json:"forged,omitempty"`
}

// ReceiveFigures are about webhooks that a source should take.
type ReceiveFigures struct {
	Source             string          `json:"source"`
	Acknowledged       int             `json:"acknowledged"`
	Unacknowledged     int             `json:"unacknowledged"` // given up after several tries
	Retried            int             `json:"retried"`
	Stored             int             `json:"stored"`     // as the API lists them, those of the warm-up too
	Lost               int             `json:"lost"`       // acknowledged, and not stored
	Duplicated         int             `json:"duplicated"` // stored more than once
	Open               int             `json:"open"`       // not processed when they were listed
	ReceivedPerSecond  float64         `json:"receivedPerSecond"`
	Ack                Latency         `json:"ack"`
	Late               *Latency        `json:"late,omitempty"`
	Delivered          int64           `json:"delivered,omitempty"` // to the endpoint, if they are forwarded
	DeliveredPerSecond float64         `json:"deliveredPerSecond,omitempty"`
	Process            *process.Usage  `json:"process,omitempty"`
	Database           *database.Usage `json:"database,omitempty"`
}

// ForgedFigures are about webhooks that a source should refuse.
type ForgedFigures struct {
	Refused          int     `json:"refused"`
	Unanswered       int     `json:"unanswered"`
	RefusedPerSecond float64 `json:"refusedPerSecond"`
	Answer           Latency `json:"answer"`
	Stored           int     `json:"stored"`  // which should be none
	Counted          int     `json:"counted"` // by the server, in all
}

// of takes up the answers of a round that began at began.
func (f *ReceiveFigures) of(r load.Result, began time.Duration) {
	var acks histogram.Histogram
	last := began
	for _, s := range r.Sent {
		acks.Record(s.Acked - s.Intended)
		last = max(last, s.Acked)
	}
	f.Acknowledged, f.Unacknowledged, f.Retried = len(r.Sent), r.Unacked, r.Retried
	f.ReceivedPerSecond, f.Ack = perSecond(len(r.Sent), last-began), latency(&acks)
	if r.Late.Count() > 0 {
		late := latency(&r.Late)
		f.Late = &late
	}
}

// delivered takes up what arrived at the endpoint since began.
func (f *ReceiveFigures) delivered(n int64, s *sink.Sink, began time.Duration) {
	last := began
	for _, a := range s.Arrivals() {
		last = max(last, a.At)
	}
	f.Delivered, f.DeliveredPerSecond = n, perSecond(int(n), last-began)
}

// broken returns the error that makes the command fail: when something acknowledged is not stored, or something
// forged is.
func (r ReceiveReport) broken() error {
	if r.Received.Lost > 0 {
		return fault.New(fault.Conflict, "messages_lost", "%d acknowledged webhooks are not stored; look at what the source %s received.",
			r.Received.Lost, r.Received.Source)
	}
	return r.forgeries()
}

// forgeries returns the error about forged webhooks that were kept.
func (r ReceiveReport) forgeries() error {
	if r.Forged != nil && r.Forged.Stored > 0 {
		return fault.New(fault.Conflict, "forgery_taken", "%d forged webhooks are stored.", r.Forged.Stored)
	}
	return nil
}

// receiveSettings returns what a reader of the report must know.
func (l *lab) receiveSettings() Settings {
	s := l.settings()
	s.Provider, s.PayloadBytes, s.Endpoints = l.config.Provider, len(l.body)+sender.Extra, 0
	if l.config.Forward {
		s.Endpoints = 1
	}
	return s
}

// write writes the report for a program or for a person.
func (r ReceiveReport) write(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s\n\n", r.Settings)
	for _, line := range append(r.Received.lines(), r.Forged.lines()...) {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", line[0], line[1])
	}
	return t.Flush()
}

func (f ReceiveFigures) lines() [][2]string {
	count := func(n int) string { return thousands(float64(n)) }
	used := Figures{Process: f.Process}
	lines := [][2]string{
		{"received per second", thousands(f.ReceivedPerSecond)}, {"ack p50 / p99 / max", f.Ack.String()},
		{"acknowledged", count(f.Acknowledged)}, {"stored, with the warm-up", count(f.Stored)}, {"lost", count(f.Lost)},
		{"stored twice", count(f.Duplicated)}, {"not acknowledged", count(f.Unacknowledged)},
		{"not processed yet", count(f.Open)}, {"memory / most", memory(used)}, {"processor time", processor(used)},
	}
	if f.Delivered > 0 {
		lines = append(lines, [2]string{"delivered per second", thousands(f.DeliveredPerSecond)}, [2]string{"delivered", count(int(f.Delivered))})
	}
	return lines
}

func (f *ForgedFigures) lines() [][2]string {
	if f == nil {
		return nil
	}
	count := func(n int) string { return thousands(float64(n)) }
	return [][2]string{
		{"forged: refused per second", thousands(f.RefusedPerSecond)}, {"forged: answer p50 / p99 / max", f.Answer.String()},
		{"forged: refused", count(f.Refused)}, {"forged: counted by the server", count(f.Counted)},
		{"forged: stored", count(f.Stored)}, {"forged: not answered", count(f.Unanswered)},
	}
}
