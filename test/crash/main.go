package crash

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// The exit codes of Main.
const (
	exitKept   = 0 // the promise was kept
	exitFailed = 1 // the run could not be carried out, or the server did not come back
	exitBroken = 3 // the checker found broken promises
)

// options are the flags of Main.
type options struct {
	drive    Options
	tags     string
	keep     string
	inFlight int
	window   time.Duration
}

// Main is the driver as a program of its own; it returns the exit code.
func Main(ctx context.Context, args []string, out io.Writer) int {
	o, err := parse(args, out)
	if err == nil {
		var found []Violation
		if found, err = o.run(ctx, out); err == nil && len(found) == 0 {
			_, _ = fmt.Fprintln(out, "the promise was kept")
			return exitKept
		} else if err == nil {
			return exitBroken
		}
	}
	_, _ = fmt.Fprintln(out, err)
	return exitFailed
}

// parse reads the flags.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("crash", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.drive.Binary, "binary", "", "posthorn binary to test; built if empty")
	f.StringVar(&o.tags, "tags", "", "build tags, if the binary is built")
	f.IntVar(&o.drive.Kills, "kills", 6, "least number of kills")
	f.DurationVar(&o.drive.Duration, "duration", 0, "go on killing for this long")
	f.Uint64Var(&o.drive.Seed, "seed", 0, "seed of all chance; zero takes one from the time")
	f.IntVar(&o.drive.Publishers, "publishers", 16, "clients that publish at once")
	f.Float64Var(&o.drive.Rate, "rate", 400, "messages a second; zero is as fast as it goes")
	f.DurationVar(&o.drive.Drain, "drain", time.Minute, "time to deliver the rest at the end")
	f.DurationVar(&o.drive.Patience, "patience", 20*time.Second, "time to wait for open deliveries when nothing arrives")
	f.StringVar(&o.keep, "keep", "", "folder that keeps the data and the history of a run that failed")
	f.IntVar(&o.inFlight, "in-flight", 512, "most requests under way at a kill")
	f.DurationVar(&o.window, "window", 2*time.Second, "age up to which an answer may not be stored at a kill")
	return o, f.Parse(args)
}

// run builds, drives and checks.
func (o options) run(ctx context.Context, out io.Writer) ([]Violation, error) {
	dir, err := os.MkdirTemp(o.keep, "posthorn-crash-")
	if err != nil {
		return nil, err
	}
	d := o.drive
	d.Log, d.Clock, d.Data = out, clock.Clock{}, filepath.Join(dir, "data")
	if d.Seed == 0 {
		d.Seed = uint64(d.Clock.Now().UnixNano())
	}
	_, _ = fmt.Fprintf(out, "seed %d\n", d.Seed)
	if d.Binary == "" {
		if d.Binary, err = build(ctx, dir, o.tags); err != nil {
			return nil, err
		}
	}
	h, err := Drive(ctx, d)
	Summarize(out, h)
	var found []Violation
	if err == nil {
		found = Check(h, Limits{Window: o.window, InFlight: o.inFlight})
		Tell(out, found)
	}
	return found, o.tidy(out, dir, h, err != nil || len(found) > 0, err)
}

// build builds the program under test.
func build(ctx context.Context, dir, tags string) (string, error) {
	path := filepath.Join(dir, "posthorn")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-o", path, "github.com/posthorn/posthorn/cmd/posthorn")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build posthorn: %w\n%s", err, text)
	}
	return path, nil
}

// tidy removes the folder of the run, or keeps it with the history if that was asked for and the run
// failed.
func (o options) tidy(out io.Writer, dir string, h History, failed bool, err error) error {
	if !failed || o.keep == "" {
		_ = os.RemoveAll(dir) // it is a temporary folder
		return err
	}
	path := filepath.Join(dir, "history.json")
	text, _ := json.MarshalIndent(h, "", " ") // plain data: it cannot fail
	if e := os.WriteFile(path, text, 0o600); e == nil {
		_, _ = fmt.Fprintf(out, "data and history are kept in %s\n", dir)
	}
	return err
}
