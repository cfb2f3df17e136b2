package storetest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// fixture is a store with builders that fill in what a test does not care about. Its time moves by a
// millisecond with everything that it builds, so that later things are later. It begins a minute ago, so
// that it stays behind the store's own clock: nothing is stored before it was made.
type fixture struct {
	store.Store
	t   *testing.T
	ids *id.Source
	now time.Time
}

func newFixture(t *testing.T, s store.Store) *fixture {
	t.Helper()
	begin := clock.Clock{}.Now().Add(-time.Minute).Truncate(time.Millisecond)
	return &fixture{Store: s, t: t, ids: id.NewSource(rand.Reader), now: begin}
}

// tick moves the time and returns it with an id made at it. The id is finer than the microsecond that
// times are kept to.
func (f *fixture) tick() (time.Time, id.ID) {
	f.now = f.now.Add(time.Millisecond)
	return f.now, f.ids.New(f.now.Add(789))
}

// application stores an application.
func (f *fixture) application(with ...func(*hook.Application)) hook.Application {
	f.t.Helper()
	now, made := f.tick()
	a := hook.Application{ID: made, Name: "Acme", Metadata: map[string]string{}, CreatedAt: now, UpdatedAt: now}
	for _, change := range with {
		change(&a)
	}
	stored, err := f.CreateApplication(f.t.Context(), a)
	check(f.t, err)
	return stored
}

// endpoint stores an endpoint of the application.
func (f *fixture) endpoint(of hook.Application, with ...func(*hook.Endpoint)) hook.Endpoint {
	f.t.Helper()
	now, made := f.tick()
	e := hook.Endpoint{ApplicationKey: of.Key, ID: made, URL: "https://example.com/hook", Metadata: map[string]string{},
		Secrets: []hook.EndpointSecret{{Sealed: []byte("sealed")}}, CreatedAt: now, UpdatedAt: now}
	for _, change := range with {
		change(&e)
	}
	stored, err := f.CreateEndpoint(f.t.Context(), e)
	check(f.t, err)
	return stored
}

// endpoints stores n endpoints.
func (f *fixture) endpoints(of hook.Application, n int) []hook.Endpoint {
	f.t.Helper()
	all := make([]hook.Endpoint, n)
	for i := range all {
		all[i] = f.endpoint(of)
	}
	return all
}

// publication makes a publication of the application to the targets, in the order of their making.
func (f *fixture) publication(of hook.Application, targets []hook.Endpoint, with ...func(*hook.Message)) store.Publication {
	now, made := f.tick()
	m := hook.Message{ApplicationKey: of.Key, ID: made, EventType: "invoice.paid", Payload: []byte(`{"n":1}`),
		CreatedAt: now, PayloadUntil: now.Add(hook.MaxPayloadLife), Targets: []hook.Key{}}
	for _, target := range targets {
		m.Targets = append(m.Targets, target.Key)
	}
	for _, change := range with {
		change(&m)
	}
	return store.Publication{Message: m}
}

// message publishes a message.
func (f *fixture) message(of hook.Application, targets []hook.Endpoint, with ...func(*hook.Message)) hook.Message {
	f.t.Helper()
	receipt, err := f.Publish(f.t.Context(), f.publication(of, targets, with...))
	check(f.t, err)
	return receipt.Message
}

// attempt settles the first attempt of a message at an endpoint. A success ends the delivery, any other
// outcome lets it wait for an hour.
func (f *fixture) attempt(m hook.Message, e hook.Endpoint, outcome hook.OutcomeKind, with ...func(*hook.Attempt)) hook.Attempt {
	f.t.Helper()
	return f.settle(m, e, outcome, hook.Delivery{State: hook.Waiting, DueAt: f.now.Add(time.Hour)}, with...)
}

// made returns an attempt that is not stored.
func (f *fixture) made(m hook.Message, e hook.Endpoint, outcome hook.OutcomeKind) hook.Attempt {
	now, made := f.tick()
	a := hook.Attempt{ID: made, ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: e.Key, Outcome: outcome,
		Number: 1, URL: e.URL, Duration: 3 * time.Millisecond, StartedAt: now,
		Status: 200, Response: []byte("thanks"), Headers: map[string]string{"content-type": "text/plain"}, Truncated: hook.AtLimit}
	if outcome != hook.Succeeded {
		a.Status = 500
	}
	return a
}

// settle stores an attempt with what becomes of its delivery unless it succeeded.
func (f *fixture) settle(m hook.Message, e hook.Endpoint, outcome hook.OutcomeKind, d hook.Delivery, with ...func(*hook.Attempt)) hook.Attempt {
	f.t.Helper()
	a := f.made(m, e, outcome)
	for _, change := range with {
		change(&a)
	}
	d.ApplicationKey, d.MessageKey, d.EndpointKey, d.Attempts = m.ApplicationKey, m.Key, e.Key, a.Number
	if outcome == hook.Succeeded {
		d.State, d.DueAt = hook.Delivered, time.Time{}
	}
	check(f.t, f.Settle(f.t.Context(), store.Settlement{Attempt: &a, Delivery: d, Fresh: true, Fan: len(m.Targets)}))
	return a
}

// fataler is what a test and a property have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func check(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// equal compares values; empty lists and maps are equal to none.
func equal[T any](t fataler, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("got (+), want (-):\n%s", diff)
	}
}

// refused checks that err is of a kind and, unless it is empty, has a code.
func refused(t fataler, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || code != "" && fault.CodeOf(err) != code {
		t.Fatalf("got error %v of kind %d with code %q, want kind %d with code %q", err, fault.KindOf(err), fault.CodeOf(err), kind, code)
	}
}

func missing(t fataler, err error) {
	t.Helper()
	refused(t, err, fault.NotFound, "")
}

// impossible are texts that a path can bring and that no name has: not every engine can even look for them.
func impossible() []string { return []string{"a\x00b", "a\xffb"} }

func byID(i id.ID) store.Ref { return store.Ref{ID: i} }

func byUID(uid string) store.Ref { return store.Ref{UID: uid} }
