package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// SuiteConfig says how thoroughly to measure. Zero values stand for the defaults named at each field.
type SuiteConfig struct {
	Config                 // what all scenarios share: Binary, Database, Nodes, ServerEnv, JSON, Clock, PayloadSize
	Compare  bool          // measure SQLite, PostgreSQL, and several nodes on PostgreSQL beside each other
	Runs     int           // of each scenario, of which the median counts; 3
	Measured time.Duration // of each round; 10 s
	Backlog  int           // open deliveries in the backlog scenario; 1,000,000
	FanTo    int           // endpoints in the fan-out scenario; 10,000
	Only     []string      // names of scenarios; all if empty
	Command  string        // what a reader types to get the same table; "make bench"
}

// Line is one row of the suite's table.
type Line struct {
	What  string `json:"what"`
	Cells []Cell `json:"cells"`          // one for each column
	Goal  string `json:"goal,omitempty"` // what the project wants to reach first
}

// Cell is what was measured in one column. It is empty where there was nothing to measure.
type Cell struct {
	Measured string `json:"measured,omitempty"` // the median
	Spread   string `json:"spread,omitempty"`   // lowest to highest, if there were several runs
}

// SuiteReport is what a suite found.
type SuiteReport struct {
	Machine Machine  `json:"machine"`
	Runs    int      `json:"runs"`
	Command string   `json:"command"`
	Payload int      `json:"payloadBytes"`
	Columns []string `json:"columns"`
	Lines   []Line   `json:"lines"`
	Lost    int      `json:"lost"`
}

// scenario is one question that the suite answers.
type scenario struct {
	name string
	run  func(*suite, context.Context) error
}

// scenarios returns all of them, quick ones first.
func scenarios() []scenario {
	return []scenario{
		{"idle", (*suite).idleScenario},
		{"throughput", (*suite).throughputScenario},
		{"latency", (*suite).latencyScenario},
		{"receive", (*suite).receiveScenario},
		{"fan-out", (*suite).fanOutScenario},
		{"hanging", (*suite).hangingScenario},
		{"backlog", (*suite).backlogScenario},
	}
}

// suite collects the answers.
type suite struct {
	config  SuiteConfig
	streams Streams
	report  SuiteReport
	columns []column
	now     int // the column that is being measured
	last    int // the row that was filled last
}

// Suite runs the scenarios, each against a server of its own, writes the table to s.Out as Markdown
// (or as JSON) and returns it. As with Run, an error with the code "messages_lost" comes with the report.
func Suite(ctx context.Context, c SuiteConfig, s Streams) (SuiteReport, error) {
	c.Runs, c.Backlog, c.FanTo = orElse(c.Runs, 3), orElse(c.Backlog, 1_000_000), orElse(c.FanTo, 10_000)
	c.Measured, c.Command = orElse(c.Measured, 10*time.Second), orElse(c.Command, "make bench")
	c.BaseURL = "" // a suite kills and restarts: never a server of somebody else's
	if err := c.checkSuite(); err != nil {
		return SuiteReport{}, err
	}
	su := &suite{config: c, streams: s, columns: c.columns()}
	if c.Compare && c.Database == "" {
		_, _ = fmt.Fprintln(s.Err, "There is no PostgreSQL to measure (--database or POSTHORN_BENCH_DATABASE_URL): the table gets one column.")
	}
	su.report = SuiteReport{
		Machine: thisMachine(), Runs: c.Runs, Command: c.Command, Payload: orElse(c.PayloadSize, 1024),
	}
	for _, column := range su.columns {
		su.report.Columns = append(su.report.Columns, column.name)
	}
	for _, sc := range scenarios() {
		if len(c.Only) > 0 && !slices.Contains(c.Only, sc.name) {
			continue
		}
		if err := su.answer(ctx, sc); err != nil {
			return su.report, fmt.Errorf("scenario %s: %w", sc.name, err)
		}
	}
	return su.report, su.finish()
}

// checkSuite refuses what makes no sense before anything is started.
func (c SuiteConfig) checkSuite() error {
	names := []string{}
	for _, sc := range scenarios() {
		names = append(names, sc.name)
	}
	for _, name := range c.Only {
		if !slices.Contains(names, name) {
			return fault.In("only", "unknown_scenario", "There is no scenario %q; choose from %s.", name, strings.Join(names, ", "))
		}
	}
	if c.Runs < 1 || c.Runs > 100 || c.Backlog < 1 || c.Backlog > maxMessages || c.FanTo < 1 || c.FanTo > maxFanOut {
		return fault.In("runs", "out_of_range", "Runs must be 1 to 100, the backlog at most %d and the fan-out at most %d.",
			maxMessages, maxFanOut)
	}
	return nil
}

// finish writes the table.
func (s *suite) finish() error {
	write := s.report.markdown
	if s.config.JSON {
		write = func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(s.report)
		}
	}
	if err := write(s.streams.Out); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	if s.report.Lost > 0 {
		return fault.New(fault.Conflict, "messages_lost", "%d acknowledged deliveries never arrived.", s.report.Lost)
	}
	return nil
}

// repeat calls once as often as the suite has runs, each time with a fresh lab, and says so.
func (s *suite) repeat(ctx context.Context, name string, c Config, once func(*lab) error) error {
	return s.repeatWith(ctx, name, func() error {
		l, err := newLab(c, s.streams)
		if err != nil {
			return err
		}
		return once(l)
	})
}

// repeatWith is repeat for what makes its own lab.
func (s *suite) repeatWith(ctx context.Context, name string, once func() error) error {
	for n := range s.config.Runs {
		_, _ = fmt.Fprintf(s.streams.Err, "%s: %s: run %d of %d\n", s.report.Columns[s.now], name, n+1, s.config.Runs)
		if err := once(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// add fills a cell of a row: the median of values and their spread. What is zero in all runs was not
// there to be measured.
func (s *suite) add(what, goal string, show func(float64) string, values []float64) {
	slices.Sort(values)
	if len(values) == 0 || values[len(values)-1] == 0 {
		return
	}
	cell := &s.line(what, goal).Cells[s.now]
	cell.Measured = show(median(values))
	if len(values) > 1 {
		cell.Spread = show(values[0]) + " to " + show(values[len(values)-1])
	}
}

// line returns the row with the name. A new one comes behind the row that was filled last.
func (s *suite) line(what, goal string) *Line {
	at := slices.IndexFunc(s.report.Lines, func(l Line) bool { return l.What == what })
	if at < 0 {
		at = min(s.last+1, len(s.report.Lines))
		s.report.Lines = slices.Insert(s.report.Lines, at, Line{What: what, Goal: goal, Cells: make([]Cell, len(s.columns))})
	}
	s.last = at
	return &s.report.Lines[at]
}

// median returns the middle of sorted values.
func median(sorted []float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
