package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/posthorn/posthorn/internal/clock"
)

// MainIntake is the driver of the receiving side as a program of its own; it returns the exit code. Its flags are
// those of Main.
func MainIntake(ctx context.Context, args []string, out io.Writer) int {
	o, err := parse(args, out)
	if err == nil {
		var found []Violation
		if found, err = o.runIntake(ctx, out); err == nil && len(found) == 0 {
			_, _ = fmt.Fprintln(out, "the promise was kept")
			return exitKept
		} else if err == nil {
			return exitBroken
		}
	}
	_, _ = fmt.Fprintln(out, err)
	return exitFailed
}

// runIntake builds, drives and checks.
func (o options) runIntake(ctx context.Context, out io.Writer) ([]Violation, error) {
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
	i, err := DriveIntake(ctx, d)
	SummarizeIntake(out, i)
	var found []Violation
	if err == nil {
		found = CheckIntake(i)
		Tell(out, found)
	}
	if (err != nil || len(found) > 0) && o.keep != "" {
		text, _ := json.MarshalIndent(i, "", " ") // plain data: it cannot fail
		_, _ = fmt.Fprintf(out, "data and history are kept in %s\n", dir)
		return found, errors.Join(err, os.WriteFile(filepath.Join(dir, "intake.json"), text, 0o600))
	}
	_ = os.RemoveAll(dir) // it is a temporary folder
	return found, err
}

// SummarizeIntake prints what happened, so that a passing run can be seen to have tested something.
func SummarizeIntake(out io.Writer, i Intake) {
	bodies, taken, repeated, unanswered, failed := map[string]bool{}, map[string]bool{}, 0, 0, 0
	for _, s := range i.Sent {
		switch {
		case s.Status == 200 && taken[s.Digest]:
			repeated++
		case s.Status == 200:
			taken[s.Digest] = true
		case s.Status == 0:
			unanswered++
		default:
			failed++
		}
		bodies[s.Digest] = true
	}
	_, _ = fmt.Fprintf(out, "%d faults, %d requests with %d webhooks (%d without an answer, %d asked to come again, %d sent again after a 200), "+
		"%d webhooks taken, %d stored, %d messages, %d deliveries\n", len(i.Faults), len(i.Sent), len(bodies), unanswered, failed, repeated,
		len(taken), len(i.Kept), len(i.Messages), len(i.Arrivals))
}
