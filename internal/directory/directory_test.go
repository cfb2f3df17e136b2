package directory_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// counted is a store that counts how often endpoints are read, and can hold a reading up behind it.
type counted struct {
	*sqlite.Store
	reads *atomic.Int64
	hold  *atomic.Pointer[func()]
}

func (c counted) EndpointsOf(ctx context.Context, application hook.Key) ([]hook.Endpoint, error) {
	c.reads.Add(1)
	all, err := c.Store.EndpointsOf(ctx, application)
	if hold := c.hold.Load(); hold != nil {
		(*hold)()
	}
	return all, err
}

// routing is the directory with the use cases that change what it knows.
type routing struct {
	counted
	directory    *directory.Directory
	applications *catalog.Applications
	endpoints    *catalog.Endpoints
	types        *catalog.EventTypes
}

func newRouting(t *testing.T) routing {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	ids := id.NewSource(rand.Reader)
	r := routing{counted: counted{db, &atomic.Int64{}, &atomic.Pointer[func()]{}}}
	r.directory = directory.New(r.counted, directory.NewVault(box))
	r.applications = catalog.NewApplications(db, ids, clock.Clock{}, r.directory)
	r.types = catalog.NewEventTypes(db, catalog.NewSchemas(), clock.Clock{}, r.directory)
	r.endpoints = catalog.NewEndpoints(db, catalog.EndpointConfig{Box: box, IDs: ids, Random: rand.Reader, Changes: r.directory})
	return r
}

func (r routing) setUp(t *testing.T) (hook.Application, hook.Endpoint) {
	t.Helper()
	a, err := r.applications.Create(t.Context(), catalog.NewApplication{UID: "acme", Name: "Acme"})
	check(t, err)
	e, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/in"})
	check(t, err)
	return a, e
}

// Eight endpoints of one application are changed side by side. Whoever looks reads all that has changed, so that most
// readings are overtaken by the change of somebody else, whose own look follows at once: nobody has to spin for that.
func TestRouteNeverGivesWhatWasThereBeforeAChange(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, first := r.setUp(t)
	endpoints := []hook.Endpoint{first}
	for range 7 {
		e, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/more"})
		check(t, err)
		endpoints = append(endpoints, e)
	}

	var changers sync.WaitGroup
	for _, e := range endpoints {
		changers.Go(func() { r.changeAndLook(t, e, 25) })
	}
	changers.Wait()
}

// changeAndLook changes an endpoint n times and looks at it after each time.
func (r routing) changeAndLook(t *testing.T, e hook.Endpoint, n int) {
	for i := range n {
		text := fmt.Sprint("version ", i)
		_, err := r.endpoints.Patch(t.Context(), e.ApplicationKey, id.Endpoint.Text(e.ID), catalog.EndpointPatch{Description: &text})
		_, route, errRoute := r.directory.Route(t.Context(), e.ApplicationKey, e.Key)
		if err := errors.Join(err, errRoute); err != nil {
			t.Errorf("unexpected error: %v", err)
			return
		}
		if got := route.Endpoint.Description; got != text {
			t.Errorf("got %q, want %q", got, text)
			return
		}
	}
}

func TestReadingThatAChangeOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, e := r.setUp(t)
	text := "new"
	change := sync.OnceFunc(func() {
		_, err := r.endpoints.Patch(t.Context(), a.Key, id.Endpoint.Text(e.ID), catalog.EndpointPatch{Description: &text})
		if err != nil {
			t.Error(err)
		}
	})
	r.hold.Store(&change)

	_, _, err := r.directory.Route(t.Context(), a.Key, e.Key) // reads, and then the change comes
	check(t, err)
	_, route, err := r.directory.Route(t.Context(), a.Key, e.Key)
	check(t, err)

	if route.Endpoint.Description != text {
		t.Errorf("got %q", route.Endpoint.Description)
	}
}

func TestApplicationIsReadOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, _ := r.setUp(t)
	gate := make(chan struct{})
	wait := func() { <-gate }
	r.hold.Store(&wait)
	var asking, done sync.WaitGroup
	for range 20 {
		asking.Add(1)
		done.Go(func() {
			asking.Done()
			_, err := r.directory.Snapshot(t.Context(), a.Key)
			if err != nil {
				t.Errorf("unexpected error: %v", err)
			}
		})
	}

	asking.Wait()
	close(gate)
	done.Wait()

	if n := r.reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestHealthIsRememberedWithoutReadingAgain(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, e := r.setUp(t)
	since := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	during := func() { r.directory.SetHealth(a.Key, e.Key, hook.Health{FailingSince: since}) }
	r.hold.Store(&during)

	_, first, err := r.directory.Route(t.Context(), a.Key, e.Key) // learns of it while reading
	check(t, err)
	kept := first.Health()
	r.directory.SetHealth(a.Key, e.Key, hook.Health{})
	_, second, err := r.directory.Route(t.Context(), a.Key, e.Key)
	check(t, err)

	if !kept.FailingSince.Equal(since) || !second.Health().FailingSince.IsZero() || r.reads.Load() != 1 {
		t.Errorf("%v, then %v, after %d readings", kept, second.Health(), r.reads.Load())
	}
}

func TestHealthThatIsLearnedBetweenAChangeAndTheNextLookIsKept(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, failing := r.setUp(t)
	other, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/two"})
	check(t, err)
	_, err = r.directory.Snapshot(t.Context(), a.Key)
	check(t, err)
	since := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

	r.directory.EndpointChanged(a.Key, other.Key)
	r.directory.SetHealth(a.Key, failing.Key, hook.Health{FailingSince: since})
	_, route, err := r.directory.Route(t.Context(), a.Key, failing.Key)
	check(t, err)

	if got := route.Health().FailingSince; !got.Equal(since) {
		t.Errorf("got %v", got)
	}
}

func TestChangeOfOneEndpointDoesNotReadTheOthers(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, first := r.setUp(t)
	look := func() []hook.Key {
		s, err := r.directory.Snapshot(t.Context(), a.Key)
		check(t, err)
		return s.Targets("invoice.paid", nil)
	}
	look()

	second, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/two"})
	check(t, err)
	third, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/three"})
	check(t, err)
	created := look()
	off := true
	_, err = r.endpoints.Patch(t.Context(), a.Key, id.Endpoint.Text(second.ID), catalog.EndpointPatch{Disabled: &off})
	check(t, err)
	disabled := look()
	check(t, r.endpoints.Delete(t.Context(), a.Key, id.Endpoint.Text(first.ID)))
	deleted := look()

	if fmt.Sprint(created, disabled, deleted) != fmt.Sprint(
		[]hook.Key{first.Key, second.Key, third.Key}, []hook.Key{first.Key, third.Key}, []hook.Key{third.Key}) {
		t.Errorf("got %v, %v, %v", created, disabled, deleted)
	}
	if n := r.reads.Load(); n != 1 {
		t.Errorf("all endpoints were read %d times", n)
	}
}

func TestManyChangesOfOneApplicationAreReadAtOnce(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, _ := r.setUp(t)
	_, err := r.directory.Snapshot(t.Context(), a.Key)
	check(t, err)

	for range 100 {
		_, err := r.endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/more"})
		check(t, err)
	}
	s, err := r.directory.Snapshot(t.Context(), a.Key)
	check(t, err)

	if n := r.reads.Load(); n != 2 || len(s.Routes) != 101 {
		t.Errorf("%d routes after %d readings", len(s.Routes), n)
	}
}

func TestNamesFollowTheirApplications(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, _ := r.setUp(t)
	find := func(ref string) (id.ID, error) {
		s, err := r.directory.Find(t.Context(), ref)
		if err != nil {
			return id.ID{}, err
		}
		return s.Application.ID, nil
	}
	before, err := find("acme")
	check(t, err)

	uid := "acme-2"
	_, err = r.applications.Patch(t.Context(), "acme", catalog.ApplicationPatch{UID: &uid})
	check(t, err)
	_, gone := find("acme")
	b, err := r.applications.Create(t.Context(), catalog.NewApplication{UID: "acme", Name: "Another"})
	check(t, err)
	after, err := find("acme")
	check(t, err)
	moved, err := find("acme-2")
	check(t, err)
	byID, err := find(id.Application.Text(a.ID))
	check(t, err)
	check(t, r.applications.Delete(t.Context(), "acme-2"))
	_, deleted := find("acme-2")

	if before != a.ID || after != b.ID || moved != a.ID || byID != a.ID {
		t.Errorf("found %v, %v, %v, %v", before, after, moved, byID)
	}
	if fault.KindOf(gone) != fault.NotFound || fault.KindOf(deleted) != fault.NotFound {
		t.Errorf("got %v and %v", gone, deleted)
	}
}

func TestEventTypeFollowsItsChanges(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	_, unknown := r.directory.EventType(t.Context(), "invoice.paid")
	_, err := r.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid"})
	check(t, err)
	created, err := r.directory.EventType(t.Context(), "invoice.paid")
	check(t, err)
	check(t, r.types.Archive(t.Context(), "invoice.paid"))
	archived, err := r.directory.EventType(t.Context(), "invoice.paid")
	check(t, err)

	if fault.KindOf(unknown) != fault.NotFound || created.Archived || !archived.Archived {
		t.Errorf("%v, %+v, %+v", unknown, created, archived)
	}
}

func TestListsOfTargetsAreBoundedAndRight(t *testing.T) {
	t.Parallel()
	r := newRouting(t)
	a, e := r.setUp(t)
	s, err := r.directory.Snapshot(t.Context(), a.Key)
	check(t, err)

	for i := range 2000 {
		if got := s.Targets(fmt.Sprint("type.", i), nil); len(got) != 1 || got[0] != e.Key {
			t.Fatalf("got %v", got)
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
