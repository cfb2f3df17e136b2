package bench

import (
	"encoding/json"
	"io"
	"runtime"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/bench/histogram"
	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/process"
)

// Report is what one run found.
type Report struct {
	Settings       Settings `json:"settings"`
	Machine        Machine  `json:"machine"`
	Server         Figures  `json:"server"`
	WithoutHanging *Figures `json:"withoutHanging,omitempty"` // the same server before any endpoint hung
	Forwarder      *Figures `json:"forwarder,omitempty"`      // the forwarder that stores nothing
}

// Settings repeats what was asked for.
type Settings struct {
	Store          string  `json:"store,omitempty"` // of a server that the benchmark starts
	Nodes          int     `json:"nodes,omitempty"`
	Publishers     int     `json:"publishers"`
	Messages       int     `json:"messages,omitempty"`
	Seconds        float64 `json:"seconds,omitempty"`
	Rate           float64 `json:"rate,omitempty"`
	PayloadBytes   int     `json:"payloadBytes"`
	Endpoints      int     `json:"endpoints"`
	Provider       string  `json:"provider,omitempty"` // of webhooks that were sent to a source
	Hanging        int     `json:"hanging,omitempty"`
	HangingSeconds float64 `json:"hangingSeconds,omitempty"`
}

// Machine says where a figure comes from.
type Machine struct {
	OS    string `json:"os"`
	Arch  string `json:"arch"`
	Cores int    `json:"cores"`
	Go    string `json:"go"`
}

// Figures are what was measured of one program.
type Figures struct {
	Application        string          `json:"application"`
	Acknowledged       int             `json:"acknowledged"`
	Unacknowledged     int             `json:"unacknowledged"` // given up after several tries
	Retried            int             `json:"retried"`
	Delivered          int             `json:"delivered"` // pairs of message and endpoint
	Lost               int             `json:"lost"`      // acknowledged, and never arrived
	Duplicated         int             `json:"duplicated"`
	Unsigned           int64           `json:"unsigned"` // requests whose signature did not verify
	AckedPerSecond     float64         `json:"ackedPerSecond"`
	DeliveredPerSecond float64         `json:"deliveredPerSecond"`
	Ack                Latency         `json:"ack"`
	EndToEnd           Latency         `json:"endToEnd"`
	Late               *Latency        `json:"late,omitempty"`     // of the load generator itself, at a fixed rate
	Process            *process.Usage  `json:"process,omitempty"`  // of all nodes together
	Database           *database.Usage `json:"database,omitempty"` // what the database and its server took
}

// Latency describes how long something took.
type Latency struct {
	P50  Millis `json:"p50Ms"`
	P90  Millis `json:"p90Ms"`
	P99  Millis `json:"p99Ms"`
	P999 Millis `json:"p999Ms"`
	Max  Millis `json:"maxMs"`
}

// Millis is a duration that is written as milliseconds, with fractions.
type Millis time.Duration

// MarshalJSON writes the milliseconds.
func (m Millis) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(m).Seconds()*1000, 'f', 3, 64), nil
}

// UnmarshalJSON reads the milliseconds.
func (m *Millis) UnmarshalJSON(b []byte) error {
	ms, err := strconv.ParseFloat(string(b), 64)
	*m = Millis(ms * float64(time.Millisecond))
	return err
}

// latency reads the usual quantiles off h.
func latency(h *histogram.Histogram) Latency {
	q := func(q float64) Millis { return Millis(h.Quantile(q)) }
	return Latency{P50: q(0.5), P90: q(0.9), P99: q(0.99), P999: q(0.999), Max: Millis(h.Max())}
}

// figures adds up a round that began at began. Both rates count until the last event they are about,
// so that a queue which is still being delivered when publishing ends does not count as delivered.
func figures(r load.Result, t tally, began time.Duration) Figures {
	var acks histogram.Histogram
	lastAck := began
	for _, s := range r.Sent {
		acks.Record(s.Acked - s.Intended)
		lastAck = max(lastAck, s.Acked)
	}
	f := Figures{
		Acknowledged: len(r.Sent), Unacknowledged: r.Unacked, Retried: r.Retried,
		Delivered: t.delivered, Lost: t.lost(), Duplicated: t.duplicated,
		AckedPerSecond:     perSecond(len(r.Sent), lastAck-began),
		DeliveredPerSecond: perSecond(t.delivered, t.last-began),
		Ack:                latency(&acks), EndToEnd: latency(&t.endToEnd),
	}
	if r.Late.Count() > 0 {
		late := latency(&r.Late)
		f.Late = &late
	}
	return f
}

// perSecond returns a rate; none over no time is zero.
func perSecond(n int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// process returns what the processes took, which is nothing if it is not known.
func (f Figures) process() process.Usage {
	if f.Process == nil {
		return process.Usage{}
	}
	return *f.Process
}

// database returns what the database took, which is nothing without one.
func (f Figures) database() database.Usage {
	if f.Database == nil {
		return database.Usage{}
	}
	return *f.Database
}

// settings returns what a reader of the report must know.
func (l *lab) settings() Settings {
	c := l.config
	s := Settings{
		Publishers: c.Publishers, Messages: c.Messages, Seconds: c.Duration.Seconds(), Rate: c.Rate,
		PayloadBytes: len(l.body) - len(`{"eventType":"`+eventType+`","payload":}`), Endpoints: c.FanOut, Hanging: c.hanging(),
	}
	if c.BaseURL == "" {
		s.Store, s.Nodes = c.store(), c.Nodes
	}
	if s.Hanging > 0 {
		s.HangingSeconds = c.HangFor.Seconds()
	}
	return s
}

// thisMachine returns the facts of the machine.
func thisMachine() Machine {
	return Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
}

// write writes the report for a program or for a person.
func (r Report) write(w io.Writer, asJSON bool) error {
	if !asJSON {
		return r.table(w)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
