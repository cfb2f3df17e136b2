package publish_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"path/filepath"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// press is the publishing half of a server, on a real store. What is dispatched is kept.
type press struct {
	t            *testing.T
	store        *sqlite.Store
	applications *catalog.Applications
	endpoints    *catalog.Endpoints
	types        *catalog.EventTypes
	messages     *publish.Service

	mu         sync.Mutex
	dispatched []hook.Message
}

func newPress(t *testing.T, c publish.Config) *press {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	check(t, s.Begin(ctx, store.Run{Key: 1, Window: 64}, clock.Clock{}.Now()))
	var key [32]byte
	_, err = rand.Read(key[:])
	check(t, err)
	box, err := secret.FromText(base64.StdEncoding.EncodeToString(key[:]))
	check(t, err)
	ids, schemas := id.NewSource(rand.Reader), catalog.NewSchemas()
	directory := directory.New(s, directory.NewVault(box))
	p := &press{t: t, store: s,
		applications: catalog.NewApplications(s, ids, clock.Clock{}, directory),
		types:        catalog.NewEventTypes(s, schemas, clock.Clock{}, directory),
		endpoints: catalog.NewEndpoints(s, catalog.EndpointConfig{
			Box: box, IDs: ids, Random: rand.Reader, Changes: directory}),
	}
	p.messages = publish.New(publish.Parts{Directory: directory, Applications: p.applications, Types: p.types,
		Schemas: schemas, Journal: s, Dispatcher: p, IDs: ids}, c)
	return p
}

// Deferred implements publish.Dispatcher: there is always room.
func (p *press) Deferred([]hook.Key, int) []hook.Key { return nil }

// Dispatch implements publish.Dispatcher.
func (p *press) Dispatch(m hook.Message, _ []hook.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dispatched = append(p.dispatched, m)
}

func (p *press) sent() []hook.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]hook.Message(nil), p.dispatched...)
}

func (p *press) application(uid string) hook.Application {
	p.t.Helper()
	a, err := p.applications.Create(p.t.Context(), catalog.NewApplication{UID: uid, Name: "Acme"})
	check(p.t, err)
	return a
}

func (p *press) endpoint(of hook.Application, with ...func(*catalog.NewEndpoint)) hook.Endpoint {
	p.t.Helper()
	n := catalog.NewEndpoint{URL: "https://hooks.example.com/in"}
	for _, change := range with {
		change(&n)
	}
	e, err := p.endpoints.Create(p.t.Context(), of.Key, n)
	check(p.t, err)
	return e
}

func input(with ...func(*publish.Input)) publish.Input {
	in := publish.Input{Application: "acme", EventType: "invoice.paid", Payload: []byte(`{"n": 1}`)}
	for _, change := range with {
		change(&in)
	}
	return in
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("got error %v with code %q, want kind %d with code %q", err, fault.CodeOf(err), kind, code)
	}
}
