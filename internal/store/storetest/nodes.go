package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func keyOf(n int64) hook.Key { return hook.Key(n) }

// pair is two programs on one database, each with its run.
type pair struct{ first, second *fixture }

// RunNodes runs the part of the suite for engines that several programs can open. open returns two stores on
// the same empty database, neither of which has begun, and closes them when its test ends.
func RunNodes(t *testing.T, open func(t *testing.T) (first, second store.Store)) {
	for sentence, run := range map[string]func(*testing.T, pair){
		"runs see each other until they end":                                   nodesSee,
		"a run is buried after its lease and not before":                       nodesBury,
		"a run is fenced only if its last sign of life is the one given":       nodesFenceSilent,
		"a run that begins with an identity buries the one that had it":        nodesIdentity,
		"a buried run cannot publish, lease, release or renew":                 nodesFence,
		"what a buried run settles is stored as an attempt and nothing else":   nodesLateSettle,
		"what a buried run had leased and delivered is not sent again":         nodesLateSuccess,
		"work of the living is not rescued":                                    nodesLiving,
		"the other rescues what a buried run left, as interrupted":             nodesRescue,
		"a buried run that ends later did not end in good order":               nodesEndLate,
		"a failed attempt of a run that lost its lease does not end its work":  nodesLateFailure,
		"leases of two runs at once never give one delivery twice":             nodesLease,
		"publishes of two runs at once get keys of their own":                  nodesKeys,
		"an event id is taken for both":                                        nodesEventID,
		"a publish with the key of the other's is its repeat":                  nodesRepeat,
		"one idempotency key at two runs at once makes one message":            nodesRepeatAtOnce,
		"a reservation is in progress as long as its run lives":                nodesReservation,
		"each is told what the other changed":                                  nodesFollow,
		"each is told when it has heard of everything":                         nodesLooked,
		"each is told that the other stored work":                              nodesWork,
		"of two that restore one is refused":                                   nodesRestoreAlone,
		"two that agree at once agree":                                         nodesAgree,
		"a buried run cannot receive or take":                                  nodesInboxFence,
		"what a buried run concludes counts until others have it":              nodesInboxLate,
		"what a buried run was processing becomes new, that of the living not": nodesInboxStuck,
		"two that take at once never get the same webhook":                     nodesInboxTake,
		"the same event at two runs at once is stored once":                    nodesInboxSame,
		"each is told of the sources that the other changed":                   nodesSources,
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			first, second := open(t)
			p := pair{newFixture(t, first), newFixture(t, second)}
			p.begin(p.first, 1, time.Minute)
			p.begin(p.second, 2, time.Minute)
			run(t, p)
		})
	}
}

func (p pair) begin(f *fixture, key int64, lease time.Duration) {
	f.t.Helper()
	check(f.t, f.Begin(f.t.Context(), store.Run{Key: keyOf(key), Window: 10, Lease: lease}, f.now))
}

// dies makes the first run one whose lease is over, runs what it still does, and buries it.
func (p pair) dies(before func()) {
	p.first.t.Helper()
	p.begin(p.first, 3, time.Microsecond)
	before()
	buried, err := p.second.Bury(p.second.t.Context())
	check(p.first.t, err)
	equal(p.first.t, buried, 1)
}

// rescued returns how many deliveries a store takes over.
func (f *fixture) rescued() int {
	f.t.Helper()
	n, err := f.Rescue(f.t.Context(), f.now, 100, f.newID, func(store.Waiting) {})
	check(f.t, err)
	return n
}

func nodesSee(t *testing.T, p pair) {
	both, err := p.first.Members(t.Context())
	check(t, err)
	check(t, p.second.End(t.Context()))
	one, err := p.first.Members(t.Context())
	check(t, err)

	equal(t, len(both), 2)
	for _, m := range both {
		equal(t, m.Own, m.Key == keyOf(1))
	}
	equal(t, len(one), 1)
	equal(t, one[0].Own, true)
}

func nodesBury(t *testing.T, p pair) {
	early, err := p.second.Bury(t.Context())
	check(t, err)
	equal(t, early, 0)

	p.dies(func() {})

	left, err := p.second.Members(t.Context())
	check(t, err)
	equal(t, len(left), 1)
	equal(t, left[0].Own, true)
}

func nodesFenceSilent(t *testing.T, p pair) {
	seen := func() store.Member {
		all, err := p.second.Members(t.Context())
		check(t, err)
		for _, m := range all {
			if !m.Own {
				return m
			}
		}
		return store.Member{}
	}
	before := seen()
	check(t, p.first.Renew(t.Context(), store.Held{}))

	early, err := p.second.Fence(t.Context(), []store.Member{before})
	check(t, err)
	check(t, p.first.Renew(t.Context(), store.Held{}))
	late, err := p.second.Fence(t.Context(), []store.Member{seen()})
	check(t, err)

	equal(t, []int{early, late}, []int{0, 1})
	refused(t, p.first.Renew(t.Context(), store.Held{}), fault.Conflict, "lease_lost")
}

func nodesIdentity(t *testing.T, p pair) {
	run := node(4711)
	run.Node.Identity = "volume 7"
	check(t, p.first.Begin(t.Context(), run, p.first.now))
	other := node(4712)
	other.Node.Identity = "volume 8"
	check(t, p.second.Begin(t.Context(), other, p.second.now))
	check(t, p.first.Renew(t.Context(), store.Held{}))

	run.Key = 4713
	check(t, p.second.Begin(t.Context(), run, p.second.now))

	refused(t, p.first.Renew(t.Context(), store.Held{}), fault.Conflict, "lease_lost")
	check(t, p.second.Renew(t.Context(), store.Held{}))
}

func nodesFence(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	p.first.deferred(a, e)
	p.first.deferred(a, e)
	var held []store.Leased
	p.dies(func() { held = p.first.take(e, 1) })

	_, err := p.first.Publish(t.Context(), p.first.publication(a, nil))
	refused(t, err, fault.Unavailable, "lease_lost")
	_, err = p.first.Lease(t.Context(), e.Key, p.first.now, 1)
	refused(t, err, fault.Unavailable, "lease_lost")
	err = p.first.Release(t.Context(), []hook.Delivery{held[0].Delivery})
	refused(t, err, fault.Unavailable, "lease_lost")
	refused(t, p.first.Renew(t.Context(), store.Held{}), fault.Conflict, "lease_lost")

	check(t, p.second.Renew(t.Context(), store.Held{}))
	p.second.now = p.first.now
	equal(t, len(p.second.take(e, 10)), 1)
}

func nodesLateSettle(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	var m hook.Message
	p.dies(func() { m = p.first.message(a, []hook.Endpoint{e}) })
	p.second.now = p.first.now
	equal(t, p.second.rescued(), 1)
	leased := p.second.take(e, 10)

	late := p.first.attempt(m, e, hook.Succeeded)

	equal(t, len(leased), 1)
	_, err := p.second.Attempt(t.Context(), m, late.ID)
	check(t, err)
	check(t, p.second.Release(t.Context(), []hook.Delivery{leased[0].Delivery}))
	equal(t, len(p.second.take(e, 10)), 1)
	counted, err := p.second.Counts(t.Context(), e.Key, p.first.now.Add(-2*time.Hour), p.first.now.Add(2*time.Hour))
	check(t, err)
	equal(t, counted.Success, int64(0))
}

// It is told apart from a delivery of before, which a person had sent again: that one had gone well, too.
func nodesLateSuccess(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	again := p.first.message(a, []hook.Endpoint{e})
	p.first.attempt(again, e, hook.Succeeded)
	p.first.deferred(a, e)
	var held []store.Leased
	p.dies(func() {
		held = p.first.take(e, 1)
		d := hook.Delivery{ApplicationKey: a.Key, MessageKey: again.Key, EndpointKey: e.Key}
		check(t, p.first.Replay(t.Context(), d.Replay(p.first.now)))
		equal(t, messagesOf(p.first.take(e, 1)), []hook.Key{again.Key})
	})

	p.first.succeeds(e, held[0])

	equal(t, p.second.rescued(), 1)
	equal(t, p.second.interrupted(e), 1)
	p.second.now = p.first.now
	equal(t, messagesOf(p.second.take(e, 10)), []hook.Key{again.Key})
	counted, err := p.second.Counts(t.Context(), e.Key, p.first.now.Add(-2*time.Hour), p.first.now.Add(2*time.Hour))
	check(t, err)
	equal(t, counted.Success, int64(2))
}

// succeeds settles a delivery that was leased.
func (f *fixture) succeeds(e hook.Endpoint, leased store.Leased) {
	f.t.Helper()
	now, made := f.tick()
	d := leased.Delivery
	a := hook.Attempt{ID: made, ApplicationKey: d.ApplicationKey, MessageKey: d.MessageKey, EndpointKey: e.Key, Number: d.Attempts + 1,
		Status: 200, URL: e.URL, StartedAt: now}
	d.State, d.DueAt = hook.Delivered, time.Time{}
	check(f.t, f.Settle(f.t.Context(), store.Settlement{Attempt: &a, Delivery: d}))
}

func nodesLiving(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	p.first.message(a, []hook.Endpoint{e})
	p.first.deferred(a, e)
	p.first.take(e, 1)

	equal(t, p.second.rescued(), 0)
}

func nodesRescue(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	p.first.deferred(a, e)
	p.dies(func() {
		p.first.take(e, 1)
		p.first.message(a, []hook.Endpoint{e})
	})

	held, fresh, none := p.second.rescued(), p.second.rescued(), p.second.rescued()

	equal(t, held+fresh, 2)
	equal(t, none, 0)
	equal(t, p.second.interrupted(e), 2)
	equal(t, len(p.second.take(e, 10)), 2)
}

func nodesEndLate(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	p.dies(func() { p.first.message(a, []hook.Endpoint{e}) })
	check(t, p.first.End(t.Context()))

	equal(t, p.second.rescued(), 1)

	equal(t, p.second.interrupted(e), 1)
}

func nodesLateFailure(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	var m hook.Message
	p.dies(func() { m = p.first.message(a, []hook.Endpoint{e}) })
	p.first.attempt(m, e, hook.Failed)

	equal(t, p.second.rescued(), 1)

	equal(t, messagesOf(p.second.take(e, 10)), []hook.Key{m.Key})
}

func nodesLease(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	for range 30 {
		p.first.deferred(a, e)
	}
	leases := make([][]store.Leased, 10)

	atOnce(t, len(leases), func(i int) (err error) {
		leases[i], err = p.either(i).Lease(t.Context(), e.Key, p.first.now, 4)
		return err
	})

	seen := map[hook.Key]bool{}
	for _, leased := range leases {
		for _, key := range messagesOf(leased) {
			if seen[key] {
				t.Errorf("%d was leased twice", key)
			}
			seen[key] = true
		}
	}
	if len(seen) == 0 {
		t.Error("nothing was leased")
	}
}

func (p pair) either(i int) *fixture {
	if i%2 == 0 {
		return p.first
	}
	return p.second
}

func nodesKeys(t *testing.T, p pair) {
	a := p.first.application()
	publications := make([]store.Publication, 40)
	for i := range publications {
		publications[i] = p.either(i).publication(a, nil)
	}
	keys := make([]hook.Key, len(publications))

	atOnce(t, len(publications), func(i int) error {
		receipt, err := p.either(i).Publish(t.Context(), publications[i])
		keys[i] = receipt.Message.Key
		return err
	})

	seen := map[hook.Key]bool{}
	for _, key := range keys {
		seen[key] = true
	}
	equal(t, len(seen), len(publications))
}

func nodesEventID(t *testing.T, p pair) {
	a := p.first.application()
	p.first.message(a, nil, named("evt"))

	_, err := p.second.Publish(t.Context(), p.second.publication(a, nil, named("evt")))

	refused(t, err, fault.Conflict, "event_id_taken")
}

func nodesRepeat(t *testing.T, p pair) {
	a := p.first.application()
	first, err := p.first.Publish(t.Context(), p.first.keyed(p.first.publication(a, nil), 1, 1))
	check(t, err)

	second, err := p.second.Publish(t.Context(), p.second.keyed(p.second.publication(a, nil), 1, 1))

	check(t, err)
	equal(t, second, store.Receipt{Message: first.Message, Repeated: true})
	_, err = p.second.Publish(t.Context(), p.second.keyed(p.second.publication(a, nil), 1, 2))
	refused(t, err, fault.Conflict, "idempotency_mismatch")
}

func nodesRepeatAtOnce(t *testing.T, p pair) {
	a := p.first.application()
	publications := make([]store.Publication, 20)
	for i := range publications {
		publications[i] = p.either(i).keyed(p.either(i).publication(a, nil), 7, 7)
	}
	keys := make([]hook.Key, len(publications))

	atOnce(t, len(publications), func(i int) error {
		receipt, err := p.either(i).Publish(t.Context(), publications[i])
		keys[i] = receipt.Message.Key
		return err
	})

	for _, got := range keys {
		equal(t, got, keys[0])
	}
}

func nodesReservation(t *testing.T, p pair) {
	c := p.first.keyFor(1, 1)
	p.dies(func() {
		p.first.reserve(c)
		_, err := p.second.Reserve(t.Context(), c, p.first.now)
		refused(t, err, fault.Conflict, "idempotency_in_progress")
	})

	p.second.reserve(c)
}

// told follows the changes of a store until one is wanted. do is what should be told; it is done again
// and again, since nobody knows from when on somebody follows.
func (f *fixture) told(do func(), wanted func(store.Change) bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), longest)
	ended := make(chan struct{})
	changes := make(chan store.Change, 1024)
	go func() {
		defer close(ended)
		f.Follow(ctx, func(c store.Change) {
			select {
			case changes <- c:
			default:
			}
		})
	}()
	defer func() { cancel(); <-ended }()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for do(); ; {
		select {
		case c := <-changes:
			if wanted(c) {
				return
			}
		case <-again.C:
			do()
		case <-ctx.Done():
			f.t.Fatal("nobody told it")
		}
	}
}

func nodesFollow(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)
	failing := func(endpoint *hook.Endpoint) error { endpoint.Description += "x"; return nil }
	update := func() {
		_, err := p.first.UpdateEndpoint(t.Context(), a.Key, byID(e.ID), failing)
		check(t, err)
	}

	p.second.told(update, func(c store.Change) bool {
		return c.Kind == store.EndpointChanged && c.Application == a.Key && c.Endpoint == e.Key
	})
	p.first.told(func() { p.second.application() }, func(c store.Change) bool { return c.Kind == store.ApplicationChanged })
	begin := func() {
		now, _ := p.first.tick()
		p.begin(p.first, now.UnixNano(), time.Minute)
	}
	p.second.told(begin, func(c store.Change) bool { return c.Kind == store.MembersChanged })
}

func nodesLooked(t *testing.T, p pair) {
	a := p.first.application()
	looking, heard := false, false

	p.second.told(func() {}, func(c store.Change) bool {
		if c.Kind == store.Looked {
			equal(t, looking, true)
			return heard // the look that found it, or a later one
		}
		if c.Kind == store.Looking && !looking {
			p.first.endpoint(a)
		}
		looking = looking || c.Kind == store.Looking
		heard = heard || c.Kind == store.EndpointChanged
		return false
	})
}

func nodesWork(t *testing.T, p pair) {
	a := p.first.application()
	e := p.first.endpoint(a)

	p.second.told(func() { p.first.deferred(a, e) }, func(c store.Change) bool { return c.Kind == store.WorkArrived })
}

func nodesAgree(t *testing.T, p pair) {
	values := make([]string, 10)

	atOnce(t, len(values), func(i int) error {
		agreed, err := p.either(i).Agree(t.Context(), "salt", []byte{byte(i)}, nil)
		values[i] = string(agreed)
		return err
	})

	for _, got := range values {
		equal(t, got, values[0])
	}
}
