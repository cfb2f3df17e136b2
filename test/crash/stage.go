package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/clock"
)

// StageOptions configure what surrounds the servers.
type StageOptions struct {
	Seed       uint64
	Publishers int
	Rate       float64       // messages a second over all publishers; zero is as fast as it goes
	Drain      time.Duration // how long the rest may take to be delivered at the end
	Patience   time.Duration // how long to wait, with deliveries open, for another request to arrive
	Clock      clock.Clock
}

// Stage is what surrounds the servers under test: clients that publish, receivers, and a record of what both saw.
// It does not know what the servers are, only where they answer.
type Stage struct {
	options   StageOptions
	record    *recorder
	receivers *receivers
	servers   []*api
	apps      []application
	endpoints []Endpoint
}

// NewStage starts the receivers. The servers, at the given base URLs, need not run yet.
func NewStage(ctx context.Context, o StageOptions, token string, servers ...string) (*Stage, error) {
	record := newRecorder(o.Clock)
	rs, err := listen(ctx, record)
	if err != nil {
		return nil, err
	}
	s := &Stage{options: o, record: record, receivers: rs}
	for _, base := range servers {
		s.servers = append(s.servers, &api{base: base, token: token, client: &http.Client{
			Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: o.Publishers},
		}})
	}
	return s, nil
}

// Close ends the receivers.
func (s *Stage) Close() { s.receivers.close() }

// Elapsed is the time since the start of the run.
func (s *Stage) Elapsed() time.Duration { return s.record.elapsed() }

// Fault says that harm is being done from now until over is called. One that never gets over never was.
func (s *Stage) Fault(what string) (over func()) {
	at := s.record.elapsed()
	return func() { s.record.faulted(Fault{What: what, At: at, Over: s.record.elapsed()}) }
}

// Furnish creates three applications: a quick one with two endpoints, one with a flaky endpoint, and
// one with a slow endpoint, which gets few messages so that it can keep up.
func (s *Stage) Furnish(ctx context.Context) error {
	for _, plan := range []struct {
		weight int
		kinds  []string
	}{{10, []string{healthy, healthy}}, {9, []string{healthy, flaky}}, {1, []string{healthy, slow}}} {
		app, err := s.create(ctx, "/api/v1/app", map[string]any{"name": "Crash test"})
		if err != nil {
			return fmt.Errorf("create an application: %w", err)
		}
		s.apps = append(s.apps, application{id: app, weight: plan.weight})
		for _, kind := range plan.kinds {
			if err := s.addEndpoint(ctx, app, kind); err != nil {
				return fmt.Errorf("create an endpoint: %w", err)
			}
		}
	}
	return nil
}

// addEndpoint creates an endpoint of a kind on a path of its own.
func (s *Stage) addEndpoint(ctx context.Context, app, kind string) error {
	path := fmt.Sprintf("/%s-%d", kind, len(s.endpoints))
	endpoint, err := s.create(ctx, "/api/v1/app/"+app+"/endpoint", map[string]any{"url": s.receivers.base + path})
	if err != nil {
		return err
	}
	e := Endpoint{App: app, ID: endpoint, Kind: kind}
	s.receivers.add(path, e)
	s.endpoints = append(s.endpoints, e)
	return nil
}

// create posts body and returns the id of what was made.
func (s *Stage) create(ctx context.Context, path string, body any) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	err := s.servers[0].call(ctx, http.MethodPost, path, body, &out)
	return out.ID, err
}

// Publish publishes from all sides until harm returns. Each publisher has a server of its own to begin with,
// and goes to the next when one fails it.
func (s *Stage) Publish(ctx context.Context, harm func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	stop := make(chan struct{})
	for i := range s.options.Publishers {
		p := &publisher{
			servers: s.servers, turn: i, record: s.record, apps: s.apps, number: i,
			rand: rand.New(rand.NewPCG(s.options.Seed, uint64(i)+1)),
		}
		if s.options.Rate > 0 {
			p.gap = time.Duration(float64(s.options.Publishers) / s.options.Rate * float64(time.Second))
		}
		group.Go(func() error { return p.run(ctx, stop) })
	}
	group.Go(func() error {
		defer close(stop)
		return harm(ctx)
	})
	return group.Wait()
}

// Drain waits until everything acknowledged has been accepted by its receivers and nothing has arrived
// for longer than the longest wait between two attempts. If something stays open although nothing
// arrives, that is for the checker to judge.
func (s *Stage) Drain(ctx context.Context) error {
	const quiet = 3500 * time.Millisecond
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	began, count, since := s.Elapsed(), -1, time.Duration(0)
	for ctx.Err() == nil {
		h, now := s.History(), s.Elapsed()
		if len(h.Arrivals) != count {
			count, since = len(h.Arrivals), now
		}
		idle, open := now-since, len(undelivered(h))
		if idle > s.options.Patience || idle > quiet && open == 0 {
			return nil
		}
		if now-began > s.options.Drain {
			return fmt.Errorf("requests still arrive after %v; %d deliveries are open", s.options.Drain, open)
		}
		<-tick.C
	}
	return ctx.Err()
}

// History returns what has been seen so far.
func (s *Stage) History() History {
	h := History{Seed: s.options.Seed, Endpoints: s.endpoints}
	s.record.fill(&h)
	return h
}

// Story returns what has been seen, and what a server that answers has to say to it.
func (s *Stage) Story(ctx context.Context) (History, error) {
	h := s.History()
	for _, server := range s.servers {
		if status, _, err := server.do(ctx, http.MethodGet, "/readyz", nil, ""); err == nil && status == http.StatusOK {
			return h, inquire(ctx, server, &h)
		}
	}
	return h, errors.New("no server is ready to be asked")
}
