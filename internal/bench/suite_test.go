package bench_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/fault"
)

func TestSuiteWritesATableOfAllScenarios(t *testing.T) {
	t.Parallel()
	c := bench.SuiteConfig{
		Config: bench.Config{Warmup: -1}, Runs: 2, Measured: 200 * time.Millisecond, Backlog: 500, FanTo: 30,
		Only: []string{"throughput", "latency", "fan-out", "hanging"}, Command: "make bench",
	}
	var out bytes.Buffer

	report, err := bench.Suite(t.Context(), c, bench.Streams{Out: &out, Err: &bytes.Buffer{}})

	if err != nil {
		t.Fatal(err)
	}
	if len(report.Lines) != 19 || report.Lost != 0 {
		t.Errorf("%d lines, %d lost", len(report.Lines), report.Lost)
	}
	for _, part := range []string{"`make bench`", "medians of 2", "| share of that forwarder, 256 publishers |", "publish to 30 endpoints: ack"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("does not say %q:\n%s", part, &out)
		}
	}
}

func TestSuiteRefusesAScenarioThatDoesNotExist(t *testing.T) {
	t.Parallel()
	_, err := bench.Suite(t.Context(), bench.SuiteConfig{Only: []string{"speed"}}, quietly())

	if fault.CodeOf(err) != "unknown_scenario" {
		t.Fatalf("error %v", err)
	}
}
