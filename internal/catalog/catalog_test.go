package catalog_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// noon is when everything here happens.
func noon() time.Time { return time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC) }

// desk is the catalog on a real store.
type desk struct {
	*testing.T
	db           *sqlite.Store
	vault        directory.Vault
	applications *catalog.Applications
	endpoints    *catalog.Endpoints
	types        *catalog.EventTypes
	told         *[]string
}

// log notes what it is told.
type log struct{ told *[]string }

func (l log) ApplicationChanged(a hook.Key) { *l.told = append(*l.told, fmt.Sprint("application ", a)) }
func (l log) EndpointChanged(a, e hook.Key) {
	*l.told = append(*l.told, fmt.Sprint("endpoint ", a, " ", e))
}
func (l log) EventTypeChanged(name string) { *l.told = append(*l.told, "event type "+name) }

func newDesk(t *testing.T, strict bool) desk {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	ids, at, told := id.NewSource(rand.Reader), clock.Func(noon), &[]string{}
	c := catalog.EndpointConfig{Box: box, Policy: egress.Policy{}, IDs: ids, Random: rand.Reader, Clock: at, Changes: log{told}}
	if strict {
		c.Types = db
	}
	return desk{
		T: t, db: db, vault: directory.NewVault(box), told: told,
		applications: catalog.NewApplications(db, ids, at, log{told}),
		endpoints:    catalog.NewEndpoints(db, c),
		types:        catalog.NewEventTypes(db, catalog.NewSchemas(), at, log{told}),
	}
}

func (d desk) application() hook.Application {
	d.Helper()
	a, err := d.applications.Create(d.Context(), catalog.NewApplication{Name: "n"})
	check(d.T, err)
	return a
}

func (d desk) endpoint(a hook.Application, n catalog.NewEndpoint) hook.Endpoint {
	d.Helper()
	if n.URL == "" {
		n.URL = "https://example.com/"
	}
	e, err := d.endpoints.Create(d.Context(), a.Key, n)
	check(d.T, err)
	return e
}

func TestEveryCommittedWriteIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	e := d.endpoint(a, catalog.NewEndpoint{UID: "e"})

	_, err := d.types.Create(t.Context(), catalog.NewEventType{Name: "x"})
	check(t, err)
	_, err = d.applications.Create(t.Context(), catalog.NewApplication{})
	refused(t, err, fault.Invalid)
	check(t, d.endpoints.Rotate(t.Context(), a.Key, "e", "", 0))
	check(t, d.endpoints.Delete(t.Context(), a.Key, "e"))

	change := fmt.Sprint("endpoint ", a.Key, " ", e.Key)
	want := []string{fmt.Sprint("application ", a.Key), change, "event type x", change, change}
	if !slices.Equal(*d.told, want) {
		t.Errorf("told %v, want %v", *d.told, want)
	}
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	e := d.endpoint(a, catalog.NewEndpoint{UID: "e", URL: "https://us:pa%3Ass@example.com/in"})
	move := func(url string) string {
		e, err := d.endpoints.Patch(t.Context(), a.Key, "e", catalog.EndpointPatch{URL: &url})
		check(t, err)
		header, err := d.vault.Authorization(e.Endpoint)
		check(t, err)
		return header
	}

	first, err := d.vault.Authorization(e)
	check(t, err)
	samePlace, elsewhere, back := move("https://example.com/other"), move("https://example.org/"), move("https://example.com/in")

	if first != "Basic dXM6cGE6c3M=" || samePlace != first || elsewhere != "" || back != "" {
		t.Errorf("got %q, %q, %q, %q", first, samePlace, elsewhere, back)
	}
}

// TestHiddenHeadersStayWithTheOriginThatTheyWereSetFor moves an endpoint to another scheme, host and port, each with a
// PATCH and a PUT.
func TestHiddenHeadersStayWithTheOriginThatTheyWereSetFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	d.endpoint(a, catalog.NewEndpoint{UID: "e", URL: "https://example.com/"})
	headers := map[string]string{"authorization": "Bearer abc", "X-Api-Key": "abc", "X-Plain": "1"}
	hidden := []string{"X-Api-Key", "authorization"}
	move := map[string]func(url string) catalog.ChangedEndpoint{
		"patch": func(url string) catalog.ChangedEndpoint {
			e, err := d.endpoints.Patch(t.Context(), a.Key, "e", catalog.EndpointPatch{URL: &url})
			check(t, err)
			return e
		},
		"put": func(url string) catalog.ChangedEndpoint {
			e, _, err := d.endpoints.Put(t.Context(), a.Key, "e", catalog.NewEndpoint{UID: "e", URL: url})
			check(t, err)
			return e
		},
	}
	for how, to := range move {
		for url, dropped := range map[string][]string{
			"https://EXAMPLE.com.:443/other?a=1": nil, "https://example.com:8443/": hidden, "https://example.org/": hidden,
			"https://sub.example.com/": hidden, "https://ex\u00e4mple.com/": hidden, "https://xn--exmple-cua.com/": hidden,
		} {
			to("https://example.com/")
			check(t, d.endpoints.PutHeaders(t.Context(), a.Key, "e", headers))

			moved := to(url)

			left, err := d.vault.Headers(moved.Endpoint)
			check(t, err)
			if !slices.Equal(moved.DroppedHeaders, dropped) || len(left) != len(headers)-len(dropped) || left["X-Plain"] != "1" {
				t.Errorf("%s to %s: dropped %q, left %q", how, url, moved.DroppedHeaders, left)
			}
		}
	}
}

func TestOldKeysSignUntilTheirGraceIsOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	d.endpoint(a, catalog.NewEndpoint{UID: "e"})

	check(t, d.endpoints.Rotate(t.Context(), a.Key, "e", "", time.Hour))
	e, err := d.endpoints.Get(t.Context(), a.Key, "e")
	check(t, err)
	now, err := d.vault.Keys(e, noon())
	check(t, err)
	later, err := d.vault.Keys(e, noon().Add(time.Hour))
	check(t, err)

	if len(now) != 2 || len(later) != 1 || !now[0].Equal(later[0]) || now[0].Equal(now[1]) {
		t.Errorf("%d keys and later %d", len(now), len(later))
	}
}

func TestSealedSecretOfAnotherEndpointStaysShut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	one, two := d.endpoint(a, catalog.NewEndpoint{}), d.endpoint(a, catalog.NewEndpoint{})

	two.Secrets = one.Secrets
	_, err := d.vault.Keys(two, noon())

	refused(t, err, fault.Internal)
}

func TestKeyPairShowsItsPublicHalfOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	d.endpoint(a, catalog.NewEndpoint{UID: "e", Secret: "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="})

	got, err := d.endpoints.Secret(t.Context(), a.Key, "e")

	check(t, err)
	if !strings.HasPrefix(got, "whpk_") {
		t.Errorf("got %.5s", got)
	}
}

func TestTurningOnForgetsWhyItWasOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	a := d.application()
	d.endpoint(a, catalog.NewEndpoint{UID: "e"})
	_, err := d.db.UpdateEndpoint(t.Context(), a.Key, store.Ref{UID: "e"}, func(e *hook.Endpoint) error {
		e.Disabled, e.DisabledReason, e.FailingSince = true, hook.DisabledFailing, noon().Add(-hook.GiveUpAfter)
		return nil
	})
	check(t, err)

	on := false
	e, err := d.endpoints.Patch(t.Context(), a.Key, "e", catalog.EndpointPatch{Disabled: &on})

	check(t, err)
	if e.Disabled || e.DisabledReason != "" || !e.FailingSince.IsZero() {
		t.Errorf("got %v %q %v", e.Disabled, e.DisabledReason, e.FailingSince)
	}
}

func TestStrictEndpointsNameEventTypesThatExist(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	a := d.application()
	_, err := d.types.Create(t.Context(), catalog.NewEventType{Name: "known"})
	check(t, err)

	d.endpoint(a, catalog.NewEndpoint{UID: "e", EventTypes: []string{"known"}})
	_, missing := d.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://example.com", EventTypes: []string{"unknown"}})
	check(t, d.types.Archive(t.Context(), "known"))
	archived := []string{"known"}
	_, old := d.endpoints.Patch(t.Context(), a.Key, "e", catalog.EndpointPatch{EventTypes: &archived})

	refused(t, missing, fault.Invalid)
	refused(t, old, fault.Invalid)
}

func TestGetOrCreateMakesOneApplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	spec := catalog.NewApplication{Name: "n", UID: "u"}

	one, created, err := d.applications.GetOrCreate(t.Context(), spec)
	check(t, err)
	two, again, err := d.applications.GetOrCreate(t.Context(), spec)
	check(t, err)

	if one.Key != two.Key || !created || again {
		t.Errorf("got %d %v and %d %v", one.Key, created, two.Key, again)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("got %v (%v)", err, errors.Unwrap(err))
	}
}
