package crash

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"
)

// intakeDriver is one run against the receiving side.
type intakeDriver struct {
	*driver
	door   *door
	source string // path of the source in the API
	app    string
}

// DriveIntake sends webhooks to a source, kills and restarts, waits until everything has been processed and
// delivered, and returns what was seen. An error means that the run could not be carried out.
func DriveIntake(ctx context.Context, o Options) (Intake, error) {
	outer, err := newDriver(ctx, o)
	if err != nil {
		return Intake{}, err
	}
	d := &intakeDriver{driver: outer}
	defer d.close()
	if err := d.launch(ctx); err != nil {
		return Intake{}, err
	}
	if err := d.furnishSource(ctx); err != nil {
		return Intake{}, err
	}
	if err := d.send(ctx); err != nil {
		return d.seen(), err
	}
	if err := d.drainIntake(ctx); err != nil {
		return d.seen(), err
	}
	return d.ask(ctx)
}

// furnishSource makes the source and the endpoint that gets what it receives.
func (d *intakeDriver) furnishSource(ctx context.Context) error {
	api, secret := d.servers[0], "secret of the crash test"
	var made struct{ ID, IngestURL, Application string }
	err := api.call(ctx, http.MethodPost, "/ingest/api/v1/source", map[string]any{
		"name": "Crash test", "provider": "github", "secrets": []string{secret},
	}, &made)
	if err != nil {
		return fmt.Errorf("create the source: %w", err)
	}
	address, err := url.Parse(made.IngestURL)
	if err != nil {
		return err
	}
	d.source, d.app = "/ingest/api/v1/source/"+made.ID, made.Application
	d.door = &door{base: api.base, path: address.Path, secret: secret, client: api.client, elapsed: d.Elapsed}
	endpoint, err := d.create(ctx, d.source+"/endpoint", map[string]any{"url": d.receivers.base + "/intake"})
	if err != nil {
		return fmt.Errorf("create the endpoint: %w", err)
	}
	d.receivers.add("/intake", Endpoint{App: d.app, ID: endpoint, Kind: healthy})
	return nil
}

// send sends from all sides while the server is killed.
func (d *intakeDriver) send(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	stop, o := make(chan struct{}), d.driver.options
	for i := range o.Publishers {
		s := &intakeSender{door: d.door, number: i, rand: rand.New(rand.NewPCG(o.Seed, uint64(i)+1))}
		if o.Rate > 0 {
			s.gap = time.Duration(float64(o.Publishers) / o.Rate * float64(time.Second))
		}
		group.Go(func() error { return s.run(ctx, stop) })
	}
	group.Go(func() error {
		defer close(stop)
		return d.killAgainAndAgain(ctx)
	})
	return group.Wait()
}

// drainIntake waits until nothing is left to process and nothing arrives any more. What stays open although nothing
// happens is for the checker to judge.
func (d *intakeDriver) drainIntake(ctx context.Context) error {
	const quiet = 3 * time.Second
	began, last, since := d.Elapsed(), -1, d.Elapsed()
	for ctx.Err() == nil {
		open, err := d.unprocessed(ctx)
		if err != nil {
			return err
		}
		now, progress := d.Elapsed(), len(d.History().Arrivals)-open
		if progress != last {
			last, since = progress, now
		}
		if idle := now - since; idle > d.driver.options.Patience || idle > quiet && open == 0 {
			return nil
		}
		if now-began > d.driver.options.Drain {
			return fmt.Errorf("webhooks are still being processed after %v; %d are open", d.driver.options.Drain, open)
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// unprocessed returns how many webhooks are not done with.
func (d *intakeDriver) unprocessed(ctx context.Context) (int, error) {
	var stats struct{ Received map[string]int }
	err := d.servers[0].get(ctx, d.source+"/stats", &stats)
	return stats.Received["new"] + stats.Received["processing"], err
}

// seen returns what was seen so far.
func (d *intakeDriver) seen() Intake {
	h := d.History()
	d.door.mu.Lock()
	defer d.door.mu.Unlock()
	return Intake{Seed: h.Seed, Sent: d.door.sent, Arrivals: h.Arrivals, Faults: h.Faults}
}

// ask returns what was seen, and what the API has to say to it.
func (d *intakeDriver) ask(ctx context.Context) (Intake, error) {
	i, api := d.seen(), d.servers[0]
	var broken error
	err := list(ctx, api, d.source+"/received?limit=250&with_content=true", func(r struct {
		ID, Status        string
		Reason, MessageID *string
		Body, BodyBase64  *string
	}) {
		k := Kept{ID: r.ID, Status: r.Status, Reason: text(r.Reason), Message: text(r.MessageID)}
		body := []byte(text(r.Body))
		if r.BodyBase64 != nil {
			if body, broken = base64.StdEncoding.DecodeString(*r.BodyBase64); broken != nil {
				return
			}
		}
		k.Digest = digest(body)
		i.Kept = append(i.Kept, k)
	})
	if err != nil || broken != nil {
		return i, fmt.Errorf("list what was received: %w", errors.Join(err, broken))
	}
	err = list(ctx, api, "/api/v1/app/"+d.app+"/msg?limit=250&with_content=false", func(m struct{ ID string }) {
		i.Messages = append(i.Messages, m.ID)
	})
	return i, err
}

// text returns what s points to; nothing if it is null.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
