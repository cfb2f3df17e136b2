package crash

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/clock"
)

// adminToken is the token of the server under test.
const adminToken = "ph_crash_test_admin_token_0001"

// Options configure a run.
type Options struct {
	Binary     string
	Data       string // folder for the server's data
	Kills      int
	Duration   time.Duration // goes on killing until then, if longer than Kills take
	Seed       uint64
	Publishers int
	Rate       float64       // messages a second over all publishers; zero is as fast as it goes
	Drain      time.Duration // how long the server may take to deliver the rest at the end
	Patience   time.Duration // how long to wait, with deliveries open, for another request to arrive
	Log        io.Writer
	Clock      clock.Clock
}

// driver is one run.
type driver struct {
	options   Options
	rand      *rand.Rand
	record    *recorder
	receivers *receivers
	api       *api
	spec      process.Spec
	server    *process.Child
	apps      []application
	endpoints []Endpoint
}

// Drive publishes, kills and restarts, waits until everything has been delivered, and returns what was
// seen. An error means that the run could not be carried out, or that the server did not come back.
func Drive(ctx context.Context, o Options) (History, error) {
	d, err := newDriver(ctx, o)
	if err != nil {
		return History{}, err
	}
	defer d.close()
	if err := d.launch(ctx); err != nil {
		return History{}, err
	}
	if err := d.furnish(ctx); err != nil {
		return History{}, fmt.Errorf("create applications and endpoints: %w", err)
	}
	if err := d.load(ctx); err != nil {
		return d.history(), err
	}
	if err := d.drain(ctx); err != nil {
		return d.history(), err
	}
	h := d.history()
	return h, inquire(ctx, d.api, &h)
}

// newDriver prepares a run.
func newDriver(ctx context.Context, o Options) (*driver, error) {
	record := newRecorder(o.Clock)
	rs, err := listen(ctx, record)
	if err != nil {
		return nil, err
	}
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	d := &driver{options: o, rand: rand.New(rand.NewPCG(o.Seed, 0)), record: record, receivers: rs}
	d.api = &api{base: "http://" + address, token: adminToken, client: &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: o.Publishers},
	}}
	d.spec = process.Spec{
		Path: o.Binary, Args: []string{"serve", "--listen", address, "--data", o.Data},
		Env: []string{
			"POSTHORN_LISTEN=" + address, "POSTHORN_DATA=" + o.Data, "POSTHORN_ADMIN_TOKEN=" + adminToken,
			"POSTHORN_ALLOW_NETWORKS=127.0.0.0/8", "POSTHORN_LOG_LEVEL=warn",
			"POSTHORN_RETRY_SCHEDULE=200ms,500ms,1s,1s,2s,2s,2s,2s,2s,2s", "TMPDIR=" + os.TempDir(),
		},
		Ready: d.api.base + "/readyz", Within: 60 * time.Second, Grace: 20 * time.Second, Clock: o.Clock,
	}
	return d, nil
}

// close ends what the run has started.
func (d *driver) close() {
	if d.server != nil {
		d.server.Stop()
	}
	d.receivers.close()
}

// launch starts the server on the data there is.
func (d *driver) launch(ctx context.Context) error {
	server, err := process.Start(ctx, d.spec)
	if err != nil {
		return err
	}
	d.server = server
	return nil
}

// furnish creates three applications: a quick one with two endpoints, one with a flaky endpoint, and
// one with a slow endpoint, which gets few messages so that it can keep up.
func (d *driver) furnish(ctx context.Context) error {
	for _, plan := range []struct {
		weight int
		kinds  []string
	}{{10, []string{healthy, healthy}}, {9, []string{healthy, flaky}}, {1, []string{healthy, slow}}} {
		app, err := d.create(ctx, "/api/v1/app", map[string]any{"name": "Crash test"})
		if err != nil {
			return err
		}
		d.apps = append(d.apps, application{id: app, weight: plan.weight})
		for _, kind := range plan.kinds {
			if err := d.addEndpoint(ctx, app, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// addEndpoint creates an endpoint of a kind on a path of its own.
func (d *driver) addEndpoint(ctx context.Context, app, kind string) error {
	path := fmt.Sprintf("/%s-%d", kind, len(d.endpoints))
	endpoint, err := d.create(ctx, "/api/v1/app/"+app+"/endpoint", map[string]any{"url": d.receivers.base + path})
	if err != nil {
		return err
	}
	e := Endpoint{App: app, ID: endpoint, Kind: kind}
	d.receivers.add(path, e)
	d.endpoints = append(d.endpoints, e)
	return nil
}

// create posts body and returns the id of what was made.
func (d *driver) create(ctx context.Context, path string, body any) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	err := d.api.call(ctx, http.MethodPost, path, body, &out)
	return out.ID, err
}

// load publishes while it kills.
func (d *driver) load(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	stop := make(chan struct{})
	for i := range d.options.Publishers {
		p := &publisher{
			api: d.api, record: d.record, apps: d.apps, number: i,
			rand: rand.New(rand.NewPCG(d.options.Seed, uint64(i)+1)),
		}
		if d.options.Rate > 0 {
			p.gap = time.Duration(float64(d.options.Publishers) / d.options.Rate * float64(time.Second))
		}
		group.Go(func() error { return p.run(ctx, stop) })
	}
	group.Go(func() error {
		defer close(stop)
		return d.killAgainAndAgain(ctx)
	})
	return group.Wait()
}

// drain waits until everything acknowledged has been accepted by its receivers and nothing has arrived
// for longer than the longest wait between two attempts. If something stays open although nothing
// arrives, that is for the checker to judge.
func (d *driver) drain(ctx context.Context) error {
	const quiet = 3500 * time.Millisecond
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	began, count, since := d.record.elapsed(), -1, time.Duration(0)
	for ctx.Err() == nil {
		h, now := d.history(), d.record.elapsed()
		if len(h.Arrivals) != count {
			count, since = len(h.Arrivals), now
		}
		idle, open := now-since, len(undelivered(h))
		if idle > d.options.Patience || idle > quiet && open == 0 {
			return nil
		}
		if now-began > d.options.Drain {
			return fmt.Errorf("requests still arrive after %v; %d deliveries are open", d.options.Drain, open)
		}
		<-tick.C
	}
	return ctx.Err()
}

// history returns what has been seen so far.
func (d *driver) history() History {
	h := History{Seed: d.options.Seed, Endpoints: d.endpoints}
	d.record.fill(&h)
	return h
}
