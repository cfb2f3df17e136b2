package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/fault"
)

// TestMain lets the test binary stand for the posthorn binary, of which the benchmark starts several.
func TestMain(m *testing.M) {
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == "serve":
		err = serveFake(os.Args[2:])
	case len(os.Args) > 2 && os.Args[1] == "bench":
		err = bench.Forward(context.Background(), os.Args[3:], os.Stdout)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestRunReportsServerAndForwarder(t *testing.T) {
	t.Parallel()
	c := small()
	c.FanOut, c.Verify = 2, true

	report, err := bench.Run(t.Context(), c, quietly())

	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]bench.Figures{"server": report.Server, "forwarder": *report.Forwarder} {
		if f.Acknowledged != 300 || f.Delivered != 600 || f.Lost != 0 || f.Duplicated != 0 || f.Unsigned != 0 {
			t.Errorf("%s: %+v", name, f)
		}
		if f.DeliveredPerSecond <= 0 || f.EndToEnd.P50 <= 0 || f.Ack.Max < f.Ack.P50 {
			t.Errorf("%s: %+v", name, f)
		}
		if f.Process == nil || f.Process.RSSBytes == 0 || f.Process.PeakRSSBytes < f.Process.RSSBytes {
			t.Errorf("%s: memory %+v", name, f.Process)
		}
	}
	if report.Ratio() <= 0 {
		t.Errorf("ratio %v", report.Ratio())
	}
}

func TestLostMessagesAreCountedAndFailTheRun(t *testing.T) {
	t.Parallel()
	c := small()
	c.ServerEnv, c.NoForwarder, c.Quiet = []string{"FAKE_LOSE=100"}, true, 300*time.Millisecond

	report, err := bench.Run(t.Context(), c, quietly())

	if report.Server.Lost != 3 || fault.CodeOf(err) != "messages_lost" {
		t.Fatalf("lost %d, error %v", report.Server.Lost, err)
	}
}

func TestDuplicatesAreCountedAndDoNotHideALoss(t *testing.T) {
	t.Parallel()
	c := small()
	c.ServerEnv = []string{"FAKE_LOSE=60", "FAKE_DUPLICATE=50"} // 4 too few and 5 too many of 299
	c.NoForwarder, c.Quiet, c.Messages = true, 300*time.Millisecond, 299

	report, err := bench.Run(t.Context(), c, quietly())

	if err == nil || report.Server.Lost != 4 || report.Server.Duplicated != 5 {
		t.Fatalf("duplicated %d, lost %d, error %v", report.Server.Duplicated, report.Server.Lost, err)
	}
}

func TestHangingEndpointIsComparedWithTheSameServerBeforeIt(t *testing.T) {
	t.Parallel()
	c := small()
	c.FanOut, c.HangingShare, c.HangFor, c.Rate, c.Messages = 4, 0.25, time.Minute, 500, 100

	report, err := bench.Run(t.Context(), c, quietly())

	if err != nil {
		t.Fatal(err)
	}
	if report.WithoutHanging == nil || report.WithoutHanging.Delivered != 300 || report.Server.Delivered != 300 {
		t.Fatalf("with %+v, without %+v", report.Server, report.WithoutHanging)
	}
	if report.Server.Late == nil {
		t.Fatal("does not say how late the load generator was")
	}
}

func TestReportIsJSONWhenAskedFor(t *testing.T) {
	t.Parallel()
	c := small()
	c.NoForwarder, c.JSON = true, true
	var out bytes.Buffer

	want, err := bench.Run(t.Context(), c, bench.Streams{Out: &out, Err: &bytes.Buffer{}})

	if err != nil {
		t.Fatal(err)
	}
	var got bench.Report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, &out)
	}
	if got.Server.Delivered != want.Server.Delivered || got.Server.Ack.P50 == 0 {
		t.Fatalf("wrote %s", &out)
	}
}

func TestPayloadFileIsWhatIsPublished(t *testing.T) {
	t.Parallel()
	c := small()
	c.PayloadFile, c.NoForwarder = filepath.Join(t.TempDir(), "payload.json"), true
	if err := os.WriteFile(c.PayloadFile, []byte(`{"id":"msg_misleading","text":"\"}{"}`), 0o600); err != nil {
		t.Fatal(err)
	}

	report, err := bench.Run(t.Context(), c, quietly())

	if err != nil || report.Settings.PayloadBytes != 37 || report.Server.Lost != 0 {
		t.Fatalf("%+v, error %v", report, err)
	}
}

func TestTableNamesWhatItMeasured(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer

	_, err := bench.Run(t.Context(), small(), bench.Streams{Out: &out, Err: &bytes.Buffer{}})

	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"4 publishers", "payload of 1,024 bytes", "delivered per second", "stores nothing", "% of what"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("does not say %q:\n%s", part, &out)
		}
	}
}

func TestConfigurationThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*bench.Config){
		"publishers": func(c *bench.Config) { c.Publishers = -1 },
		"rate":       func(c *bench.Config) { c.Rate = -5 },
		"hanging":    func(c *bench.Config) { c.HangingShare = 1 },
		"url":        func(c *bench.Config) { c.BaseURL = "localhost" },
		"elsewhere":  func(c *bench.Config) { c.BaseURL, c.Token = "http://192.0.2.1:80", "ph_x" },
		"token":      func(c *bench.Config) { c.BaseURL = "http://127.0.0.1:1" },
		"payload":    func(c *bench.Config) { c.PayloadFile = "no/such/file" },
	} {
		c := small()
		change(&c)

		_, err := bench.Run(t.Context(), c, quietly())

		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

// small is a run that takes a moment.
func small() bench.Config {
	return bench.Config{Publishers: 4, Messages: 300, Warmup: -1}
}

func quietly() bench.Streams {
	return bench.Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
}
