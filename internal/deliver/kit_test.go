package deliver_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/retry"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// house is everything between a publish and a request, on a real store, with a sender that follows a script.
type house struct {
	t      *testing.T
	path   string
	box    *secret.Box
	offset atomic.Int64 // how far the clock was moved
	config deliver.Config
	drain  time.Duration // how long requests on the wire may go on when a run is stopped
	sender deliver.Sender
	lease  deliver.Lease
	wrap   func(*sqlite.Store) deliver.Store
	run    hook.Key
	*server
}

// server is one run of the house.
type server struct {
	store        *sqlite.Store
	ids          *id.Source
	directory    *directory.Directory
	applications *catalog.Applications
	endpoints    *catalog.Endpoints
	messages     *publish.Service
	engine       *deliver.Engine
	cancel       context.CancelFunc
	ended        chan error
	once         sync.Once
	result       error
}

func newHouse(t *testing.T, with ...func(*house)) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "posthorn.db"), sender: newScript(nil), drain: 5 * time.Second}
	h.wrap = func(s *sqlite.Store) deliver.Store { return s }
	h.box = newBox(t)
	h.config = deliver.Config{
		Limits:  deliver.Limits{InFlight: 32, Window: 64, Workers: 256, Queue: 10_000, Lane: 5_000, Bytes: 64 << 20},
		Policy:  schedule(t, time.Minute, time.Hour),
		Timeout: 10 * time.Second, Chance: func() float64 { return 0 },
		Clock: clock.Func(h.now), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, change := range with {
		change(h)
	}
	h.start()
	return h
}

func newBox(t *testing.T) *secret.Box {
	t.Helper()
	var key [32]byte
	_, err := rand.Read(key[:])
	check(t, err)
	box, err := secret.FromText(base64.StdEncoding.EncodeToString(key[:]))
	check(t, err)
	return box
}

func schedule(t *testing.T, waits ...time.Duration) retry.Policy {
	t.Helper()
	policy, err := retry.Of(waits...)
	check(t, err)
	return policy
}

func (h *house) now() time.Time { return clock.Clock{}.Now().Add(time.Duration(h.offset.Load())) }

// later moves the clock and lets the engine look at it.
func (h *house) later(d time.Duration) {
	h.offset.Add(int64(d))
	h.engine.Ring()
}

// start starts a new run on the same file.
func (h *house) start() {
	h.t.Helper()
	ctx := context.WithoutCancel(h.t.Context())
	s, err := sqlite.Open(ctx, h.path, sqlite.Options{Clock: h.config.Clock})
	check(h.t, err)
	h.run++
	check(h.t, s.Begin(ctx, store.Run{Key: h.run, Window: h.config.Limits.Window}, h.now()))
	h.server = &server{store: s, ids: id.NewSource(rand.Reader), ended: make(chan error, 1)}
	h.build()
	ctx, cut := context.WithCancel(ctx)
	running := h.server
	running.cancel = func() {
		running.engine.Stop()
		time.AfterFunc(h.drain, cut)
	}
	go func() { running.ended <- running.engine.Run(ctx) }()
	h.t.Cleanup(func() { _ = running.stop() })
}

func (h *house) build() {
	h.directory = directory.New(h.store, directory.NewVault(h.box))
	h.engine = deliver.New(deliver.Parts{Store: h.wrap(h.store), Directory: h.directory, Sender: h.sender, IDs: h.ids, Lease: h.lease}, h.config)
	h.directory.Tell(h.engine)
	schemas := catalog.NewSchemas()
	h.applications = catalog.NewApplications(h.store, h.ids, h.config.Clock, h.directory)
	h.endpoints = catalog.NewEndpoints(h.store, catalog.EndpointConfig{
		Box: h.box, IDs: h.ids, Random: rand.Reader, Clock: h.config.Clock, Changes: h.directory,
	})
	h.messages = publish.New(publish.Parts{
		Directory: h.directory, Applications: h.applications, Journal: h.store, Dispatcher: h.engine, IDs: h.ids, Schemas: schemas,
		Types: catalog.NewEventTypes(h.store, schemas, h.config.Clock, h.directory),
	}, publish.Config{Clock: h.config.Clock})
}

// stop ends the run's engine and closes its store without ending the run in it.
func (s *server) stop() error {
	s.once.Do(func() {
		s.cancel()
		s.result = <-s.ended
		_ = s.store.Close()
	})
	return s.result
}

// end ends the run in good order.
func (h *house) end() {
	h.t.Helper()
	h.cancel()
	h.ended <- wait(h.t, h.ended, "the engine to stop")
	check(h.t, h.store.End(context.WithoutCancel(h.t.Context())))
	check(h.t, h.stop())
}

func (h *house) application(with ...func(*catalog.NewApplication)) hook.Application {
	h.t.Helper()
	n := catalog.NewApplication{Name: "Acme"}
	for _, change := range with {
		change(&n)
	}
	a, err := h.applications.Create(h.t.Context(), n)
	check(h.t, err)
	return a
}

func (h *house) endpoint(of hook.Application, with ...func(*catalog.NewEndpoint)) hook.Endpoint {
	h.t.Helper()
	n := catalog.NewEndpoint{URL: "https://hooks.example.com/" + rand.Text()}
	for _, change := range with {
		change(&n)
	}
	e, err := h.endpoints.Create(h.t.Context(), of.Key, n)
	check(h.t, err)
	return e
}

// manyEndpoints creates endpoints side by side, so that they share commits.
func (h *house) manyEndpoints(of hook.Application, n int) []hook.Endpoint {
	h.t.Helper()
	all := make([]hook.Endpoint, n)
	var group sync.WaitGroup
	for worker := range 100 {
		group.Go(func() {
			for i := worker; i < n; i += 100 {
				all[i] = h.endpoint(of)
			}
		})
	}
	group.Wait()
	return all
}

func (h *house) publish(to hook.Application, with ...func(*publish.Input)) hook.Message {
	h.t.Helper()
	in := publish.Input{Application: id.Application.Text(to.ID), EventType: "invoice.paid", Payload: []byte(`{"n": 1}`)}
	for _, change := range with {
		change(&in)
	}
	receipt, err := h.messages.Publish(h.t.Context(), in)
	check(h.t, err)
	return receipt.Message
}

func (h *house) publishMany(to hook.Application, n int) []hook.Message {
	h.t.Helper()
	all := make([]hook.Message, n)
	for i := range all {
		all[i] = h.publish(to, func(in *publish.Input) { in.Payload = fmt.Appendf(nil, `{"n": %d}`, i) })
	}
	return all
}

func (h *house) attempts(m hook.Message) []store.AttemptRecord {
	h.t.Helper()
	list, err := h.store.AttemptsByMessage(h.t.Context(), m, store.AttemptFilter{WithContent: true}, store.Page[id.ID]{Limit: 250})
	check(h.t, err)
	return list.Items
}

func (h *house) delivery(m hook.Message, e hook.Endpoint) hook.Delivery {
	h.t.Helper()
	list, err := h.store.Destinations(h.t.Context(), m, store.Page[id.ID]{Limit: 250})
	check(h.t, err)
	for _, d := range list.Items {
		if d.Endpoint.Key == e.Key {
			return d.Delivery
		}
	}
	h.t.Fatalf("message %d does not go to endpoint %d", m.Key, e.Key)
	return hook.Delivery{}
}

// reaches waits until the delivery is in a state.
func (h *house) reaches(m hook.Message, e hook.Endpoint, state hook.State) hook.Delivery {
	h.t.Helper()
	eventually(h.t, "a delivery that is "+state.String(), func() bool { return h.delivery(m, e).State == state })
	return h.delivery(m, e)
}

func (h *house) current(e hook.Endpoint) hook.Endpoint {
	h.t.Helper()
	now, err := h.endpoints.Get(h.t.Context(), e.ApplicationKey, id.Endpoint.Text(e.ID))
	check(h.t, err)
	return now
}

func (h *house) events(of hook.Application, kind string) (found []hook.Event) {
	h.t.Helper()
	all, err := h.store.Events(h.t.Context(), of.Key, 1000)
	check(h.t, err)
	for _, e := range all {
		if e.Type == kind {
			found = append(found, e)
		}
	}
	return found
}

// quiet waits until nothing is left in memory: no job, no payload, no lane.
func (h *house) quiet() {
	h.t.Helper()
	eventually(h.t, "an engine with nothing in memory", func() bool {
		n := h.engine.Numbers()
		return n.Queued == 0 && n.QueuedBytes == 0 && n.Lanes == 0
	})
}

// nothingOpen checks that the file holds no open work: nothing waits, and the next run finds nothing to take over.
func (h *house) nothingOpen() {
	h.t.Helper()
	check(h.t, h.stop())
	ctx := h.t.Context()
	s, err := sqlite.Open(ctx, h.path, sqlite.Options{})
	check(h.t, err)
	defer func() { check(h.t, s.Close()) }()
	check(h.t, s.Begin(ctx, store.Run{Key: h.run + 1000, Window: 1}, h.now()))
	waiting, err := s.Waiting(ctx, 0, 10)
	check(h.t, err)
	taken, err := s.Rescue(ctx, h.now(), 10, func() id.ID { return h.ids.New(h.now()) }, func(store.Waiting) {})
	check(h.t, err)
	if len(waiting) > 0 || taken > 0 {
		h.t.Fatalf("%d endpoints have something waiting, and %d deliveries were left open", len(waiting), taken)
	}
}

const patience = 30 * time.Second

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticks, deadline := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer ticks.Stop()
	for !ok() {
		select {
		case <-ticks.C:
		case <-deadline:
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// wait waits for a value.
func wait[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited %s for %s", patience, what)
	}
	panic("not reached")
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func idText(m hook.Message) string { return id.Message.Text(m.ID) }

func appText(a hook.Application) string { return id.Application.Text(a.ID) }

func epText(e hook.Endpoint) string { return id.Endpoint.Text(e.ID) }

func typed(eventType string) func(*publish.Input) {
	return func(in *publish.Input) { in.EventType = eventType }
}
