package svix_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/transfer/svix"
	"github.com/posthorn/posthorn/signature"
)

// fake is a source in memory. Lists have a page for every item.
type fake struct {
	types        []svix.EventType
	applications []svix.Application
	endpoints    []svix.Endpoint // of every application
	secrets      map[string]string
	hidden       []string
	asked        int // for secrets
}

func page[T any](all []T, iterator string) (svix.Page[T], error) {
	at := len(iterator)
	if at >= len(all) {
		return svix.Page[T]{Done: true}, nil
	}
	return svix.Page[T]{Data: all[at : at+1], Iterator: strings.Repeat("x", at+1), Done: at+1 == len(all)}, nil
}

func (f *fake) EventTypes(_ context.Context, iterator string) (svix.Page[svix.EventType], error) {
	return page(f.types, iterator)
}

func (f *fake) Applications(_ context.Context, iterator string) (svix.Page[svix.Application], error) {
	return page(f.applications, iterator)
}

func (f *fake) Endpoints(_ context.Context, _, iterator string) (svix.Page[svix.Endpoint], error) {
	return page(f.endpoints, iterator)
}

func (f *fake) Secret(_ context.Context, _, endpoint string) (string, error) {
	f.asked++
	if key, ok := f.secrets[endpoint]; ok {
		return key, nil
	}
	return "", fault.Missing("endpoint")
}

func (f *fake) Headers(context.Context, string, string) (svix.Headers, error) {
	return svix.Headers{Headers: map[string]string{"X-Own": "v"}, Sensitive: f.hidden}, nil
}

func newTakeover(t *testing.T, from svix.Source) svix.Takeover {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	box, _, err := secret.LoadOrCreate(filepath.Join(dir, "key"), rand.Reader)
	check(t, err)
	policy, err := egress.NewPolicy(egress.Options{})
	check(t, err)
	return svix.Takeover{From: from, To: s, Vault: directory.NewVault(box), Policy: policy, Now: clock.Clock{}.Now()}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	app = "app_2Xy0000000000000000000000"
	key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

func TestWhatCannotBeKeptIsListedAndTheRestComes(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(rand.Reader)
	now := clock.Clock{}.Now()
	made := func(kind id.Kind) string { return kind.Text(ids.New(now)) }
	good, public, gone, private := made(id.Endpoint), made(id.Endpoint), made(id.Endpoint), made(id.Endpoint)
	pair, err := signature.GenerateAsymmetric(rand.Reader)
	check(t, err)
	half, _ := pair.Public()
	from := &fake{
		types: []svix.EventType{{Name: "ok", FeatureFlags: []string{"beta"}}, {Name: "not ok"}},
		applications: []svix.Application{
			{ID: app, Name: "an id of another making"},
			{ID: made(id.Application), UID: "acme", Name: "Acme", ThrottleRate: 5},
			{ID: made(id.Application), UID: "acme", Name: "the same uid"},
			{ID: made(id.Application), UID: "of acme", Name: "a space"},
		},
		endpoints: []svix.Endpoint{
			{ID: good, URL: "https://example.com/", EventTypes: []string{"b", "a", "b"}},
			{ID: public, URL: "https://example.com/"},
			{ID: gone, URL: "https://example.com/"},
			{ID: private, URL: "http://127.0.0.1/"},
			{ID: "ep_short", URL: "https://example.com/"},
		},
		secrets: map[string]string{good: key, public: half.Reveal(), private: key},
		hidden:  []string{"X-Key"},
	}
	to := newTakeover(t, from)

	report, err := to.Run(t.Context())

	check(t, err)
	want := []string{"event type not ok", app, "endpoint " + good, "endpoint " + public, "endpoint " + gone, "endpoint " + private, "endpoint ep_short", "and its endpoints", "and its endpoints"}
	if len(report.Left) != len(want) {
		t.Fatalf("left %+v", report.Left)
	}
	for i, l := range report.Left {
		if !strings.Contains(l.What, want[i]) || l.Why == "" || strings.Contains(l.Why, "whsec_") {
			t.Errorf("%d: %+v, want %s", i, l, want[i])
		}
	}
	if report.EventTypes.Created != 1 || report.Applications.Created != 1 || report.Endpoints.Created != 1 {
		t.Errorf("%+v", report)
	}
	a, err := to.To.Application(t.Context(), store.Ref{UID: "acme"})
	check(t, err)
	all, err := to.To.EndpointsOf(t.Context(), a.Key)
	check(t, err)
	if a.RateLimit != 5 || len(all) != 1 || strings.Join(all[0].EventTypes, " ") != "a b" {
		t.Errorf("%+v %+v", a, all)
	}
}

func TestSecretsOfWhatIsHereAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(rand.Reader)
	now := clock.Clock{}.Now()
	endpoint := id.Endpoint.Text(ids.New(now))
	from := &fake{
		applications: []svix.Application{{ID: id.Application.Text(ids.New(now)), Name: "Acme"}},
		endpoints:    []svix.Endpoint{{ID: endpoint, URL: "https://user:pw@example.com/"}}, secrets: map[string]string{endpoint: key},
	}
	to := newTakeover(t, from)
	_, err := to.Run(t.Context())
	check(t, err)

	again, err := to.Run(t.Context())
	check(t, err)
	kept := from.asked
	to.Update = true
	_, err = to.Run(t.Context())
	check(t, err)

	if kept != 1 || from.asked != 2 || again.Endpoints.Kept != 1 || again.Applications.Kept != 1 {
		t.Errorf("asked %d, then %d; %+v", kept, from.asked, again)
	}
}

func TestUpdateKeepsHeadersThatTheSourceHidesAndSomebodyHasSetAgain(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(rand.Reader)
	now := clock.Clock{}.Now()
	endpoint := ids.New(now)
	text := id.Endpoint.Text(endpoint)
	from := &fake{
		applications: []svix.Application{{ID: id.Application.Text(ids.New(now)), UID: "acme", Name: "Acme"}},
		endpoints:    []svix.Endpoint{{ID: text, URL: "https://example.com/"}}, secrets: map[string]string{text: key}, hidden: []string{"X-Key"},
	}
	to := newTakeover(t, from)
	_, err := to.Run(t.Context())
	check(t, err)
	a, err := to.To.Application(t.Context(), store.Ref{UID: "acme"})
	check(t, err)
	_, err = to.To.UpdateEndpoint(t.Context(), a.Key, store.Ref{ID: endpoint}, func(e *hook.Endpoint) (err error) {
		e.Headers, err = to.Vault.SealHeaders(e.ID, map[string]string{"X-Key": "set again"})
		return err
	})
	check(t, err)

	to.Update = true
	report, err := to.Run(t.Context())

	check(t, err)
	e, err := to.To.Endpoint(t.Context(), a.Key, store.Ref{ID: endpoint})
	check(t, err)
	headers, err := to.Vault.Headers(e)
	if err != nil || len(headers) != 2 || headers["X-Key"] != "set again" || headers["X-Own"] != "v" || len(report.Left) != 0 {
		t.Errorf("%v, %v, %+v", headers, err, report)
	}
}
