package crash

import (
	"context"
	"fmt"
	"time"
)

// killAgainAndAgain kills the server at random times and starts it again on the same data, each time
// after it was up for up to two and a half seconds.
func (d *driver) killAgainAndAgain(ctx context.Context) error {
	for n := 1; n <= d.options.Kills || d.Elapsed() < d.options.Duration; n++ {
		if err := wait(ctx, d.random(200*time.Millisecond, 2500*time.Millisecond)); err != nil {
			return err
		}
		at, gone := d.Elapsed(), d.Fault("kill")
		d.server.Kill()
		gone()
		if err := wait(ctx, d.random(0, 200*time.Millisecond)); err != nil {
			return err
		}
		if err := d.comeBack(ctx); err != nil {
			return fmt.Errorf("start the server after kill %d: %w", n, err)
		}
		_, _ = fmt.Fprintf(d.options.Log, "kill %d at %v, ready again after %v\n", n, at, d.server.ReadyAfter)
	}
	return wait(ctx, time.Second)
}

// comeBack starts the server again. One start in four is itself cut short, because recovery must
// survive a crash as well.
func (d *driver) comeBack(ctx context.Context) error {
	if d.rand.IntN(4) == 0 {
		short, cancel := context.WithTimeout(ctx, d.random(5*time.Millisecond, 120*time.Millisecond))
		defer cancel()
		gone := d.Fault("kill during the start")
		if d.launch(short) == nil {
			return nil // it was quicker
		}
		gone()
	}
	return d.launch(ctx)
}

// random returns a duration between low and high.
func (d *driver) random(low, high time.Duration) time.Duration {
	return low + time.Duration(d.rand.Int64N(int64(high-low)))
}

// wait waits for d unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
