package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func backlog() []test {
	return []test{
		{"deferred targets wait from the start", deferredWait},
		{"a lease hides deliveries from other leases", leaseHides},
		{"leases come in the order of due times, then of publishing", leaseOrder},
		{"waiting lists each endpoint once with its earliest", waitingOnce},
		{"released deliveries can be leased again", releasedAgain},
		{"canceling ends what waits and says why", cancelEnds},
		{"a replay makes an ended delivery due for one manual attempt", replayDue},
		{"a replay of what waits keeps its attempts and returns to its schedule", replayWaiting},
		{"a replay leaves what is in somebody's hands alone and says so", replayHeld},
		{"replaying failed ones takes the exhausted and canceled of a time", replayFailed},
		{"replaying failed ones passes over messages whose payload is gone", replayGone},
		{"a leased delivery whose payload is gone says so", leaseWithoutPayload},
		{"rescue takes over what a dead run held, as interrupted", rescueHeld},
		{"rescue marks only as many fresh ones as the window as interrupted", rescueWindow},
		{"rescue marks a request on the wire also if a person asked for another meanwhile", rescueResent},
		{"rescue after an end in good order interrupts nothing", rescueClean},
		{"rescue leaves the work of this run alone", rescueOwn},
		{"rescue goes in steps and loses nothing between them", rescueSteps},
	}
}

func (f *fixture) newID() id.ID {
	_, made := f.tick()
	return made
}

// deferred publishes a message whose targets all wait in the store.
func (f *fixture) deferred(a hook.Application, targets ...hook.Endpoint) hook.Message {
	f.t.Helper()
	p := f.publication(a, targets)
	p.Deferred = p.Message.Targets
	receipt, err := f.Publish(f.t.Context(), p)
	check(f.t, err)
	return receipt.Message
}

func (f *fixture) take(e hook.Endpoint, n int) []store.Leased {
	f.t.Helper()
	leased, err := f.Lease(f.t.Context(), e.Key, f.now, n)
	check(f.t, err)
	return leased
}

func messagesOf(leased []store.Leased) []hook.Key {
	keys := make([]hook.Key, len(leased))
	for i, c := range leased {
		keys[i] = c.Delivery.MessageKey
	}
	return keys
}

func deferredWait(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 2)
	p := f.publication(a, targets)
	p.Deferred = p.Message.Targets[1:]
	receipt, err := f.Publish(t.Context(), p)
	check(t, err)

	equal(t, len(f.take(targets[0], 10)), 0)
	leased := f.take(targets[1], 10)

	equal(t, messagesOf(leased), []hook.Key{receipt.Message.Key})
	equal(t, leased[0].Message.ID, receipt.Message.ID)
	equal(t, leased[0].Delivery.Attempts, 0)
}

func leaseHides(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	for range 10 {
		f.deferred(a, e)
	}
	seen := map[hook.Key]int{}
	leases := make([][]store.Leased, 5)

	atOnce(t, len(leases), func(i int) (err error) {
		leases[i], err = f.Lease(t.Context(), e.Key, f.now, 4)
		return err
	})

	for _, leased := range leases {
		for _, key := range messagesOf(leased) {
			seen[key]++
		}
	}
	equal(t, len(seen), 10)
	for key, times := range seen {
		if times != 1 {
			t.Errorf("%d was leased %d times", key, times)
		}
	}
}

func leaseOrder(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	first, second, third := f.deferred(a, e), f.deferred(a, e), f.deferred(a, e)

	equal(t, messagesOf(f.take(e, 2)), []hook.Key{first.Key, second.Key})
	equal(t, messagesOf(f.take(e, 2)), []hook.Key{third.Key})
}

func waitingOnce(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 3)
	f.deferred(a, targets[0], targets[2])
	f.deferred(a, targets[0])

	all, err := f.Waiting(t.Context(), 0, 10)
	check(t, err)
	rest, err := f.Waiting(t.Context(), all[0].EndpointKey, 10)
	check(t, err)
	one, err := f.Waiting(t.Context(), 0, 1)
	check(t, err)

	equal(t, len(all), 2)
	equal(t, all[0].EndpointKey, targets[0].Key)
	equal(t, all[1].EndpointKey, targets[2].Key)
	equal(t, all[0].ApplicationKey, a.Key)
	equal(t, len(rest), 1)
	equal(t, len(one), 1)
}

func releasedAgain(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.deferred(a, e)
	leased := f.take(e, 1)

	check(t, f.Release(t.Context(), []hook.Delivery{leased[0].Delivery}))

	equal(t, messagesOf(f.take(e, 1)), messagesOf(leased))
}

func cancelEnds(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 2)
	m := f.deferred(a, targets...)
	f.deferred(a, targets[0])

	n, err := f.Cancel(t.Context(), targets[0].Key, hook.ReasonDisabled, 10)
	check(t, err)
	none, err := f.Cancel(t.Context(), targets[0].Key, hook.ReasonDisabled, 10)
	check(t, err)

	equal(t, n, 2)
	equal(t, none, 0)
	equal(t, len(f.take(targets[0], 10)), 0)
	equal(t, len(f.take(targets[1], 10)), 1)
	list, err := f.Destinations(t.Context(), m, store.Page[id.ID]{Limit: 10})
	check(t, err)
	equal(t, list.Items[1].Delivery.Reason, hook.ReasonDisabled)
	equal(t, list.Items[1].Status, store.StatusCanceled)
	counted, err := f.Counts(t.Context(), targets[0].Key, f.now.Add(-2*time.Hour), f.now.Add(2*time.Hour))
	check(t, err)
	equal(t, counted.Canceled, int64(2))
}

func replayDue(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 2)
	m := f.message(a, targets[:1])
	f.attempt(m, targets[0], hook.Succeeded)
	for i, e := range targets {
		d := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key}.Replay(f.now)

		check(t, f.Replay(t.Context(), d))

		leased := f.take(e, 10)
		equal(t, messagesOf(leased), []hook.Key{m.Key})
		equal(t, leased[0].Delivery.Trigger, []hook.Trigger{hook.Manual, hook.ManualAhead}[i]) // the second was never tried
		equal(t, leased[0].Delivery.Attempts, 0)
	}
}

func replayWaiting(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.settle(m, e, hook.Failed, hook.Delivery{State: hook.Waiting, Attempts: 1, DueAt: f.now.Add(time.Hour)})
	d := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key}.Replay(f.now)
	d.Trigger = hook.Manual

	for range 2 { // asking twice is asking once
		check(t, f.Replay(t.Context(), d))
	}

	leased := f.take(e, 10)
	equal(t, messagesOf(leased), []hook.Key{m.Key})
	equal(t, leased[0].Delivery.Trigger, hook.ManualAhead)
	equal(t, leased[0].Delivery.Attempts, 1)
}

func replayHeld(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.deferred(a, e)
	leased := f.take(e, 1)

	err := f.Replay(t.Context(), leased[0].Delivery.Replay(f.now))

	refused(t, err, fault.Conflict, "already_sending")
	equal(t, len(f.take(e, 1)), 0)
}

func replayFailed(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	target := []hook.Endpoint{e}
	before := f.message(a, target)
	f.settle(before, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	since := f.newID()
	exhausted, canceled, waiting, done := f.message(a, target), f.message(a, target), f.message(a, target), f.message(a, target)
	f.settle(exhausted, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	f.settle(canceled, e, hook.Failed, hook.Delivery{State: hook.Canceled, Reason: hook.ReasonDisabled})
	f.settle(waiting, e, hook.Failed, hook.Delivery{State: hook.Waiting, DueAt: f.now.Add(time.Hour)})
	f.settle(done, e, hook.Succeeded, hook.Delivery{})
	until := f.newID()
	f.settle(f.message(a, target), e, hook.Failed, hook.Delivery{State: hook.Exhausted})

	first, last, err := f.ReplayFailed(t.Context(), e.Key, 0, since, until, 1, f.now)
	check(t, err)
	second, _, err := f.ReplayFailed(t.Context(), e.Key, last, since, until, 10, f.now)
	check(t, err)
	none, _, err := f.ReplayFailed(t.Context(), e.Key, 0, since, until, 10, f.now)
	check(t, err)

	equal(t, []int{first, second, none}, []int{1, 1, 0})
	equal(t, last, exhausted.Key)
	equal(t, messagesOf(f.take(e, 10)), []hook.Key{exhausted.Key, canceled.Key})
}

func replayGone(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	since := f.newID()
	gone, here := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	f.settle(gone, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	f.settle(here, e, hook.Failed, hook.Delivery{State: hook.Exhausted})
	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(gone.ID)))

	n, last, err := f.ReplayFailed(t.Context(), e.Key, 0, since, f.newID(), 10, f.now)

	check(t, err)
	equal(t, n, 1)
	equal(t, last, here.Key)
}

func leaseWithoutPayload(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.deferred(a, e)
	check(t, f.ExpungeMessage(t.Context(), a.Key, byID(m.ID)))

	leased := f.take(e, 1)

	equal(t, len(leased), 1)
	if leased[0].Message.Payload != nil {
		t.Errorf("got payload %q", leased[0].Message.Payload)
	}
}

// interrupted counts the interrupted attempts of an endpoint.
func (f *fixture) interrupted(e hook.Endpoint) int {
	f.t.Helper()
	list, err := f.AttemptsByEndpoint(f.t.Context(), e, store.AttemptFilter{}, store.Page[id.ID]{Limit: 250})
	check(f.t, err)
	n := 0
	for _, a := range list.Items {
		if a.Outcome == hook.Interrupted {
			n++
		}
	}
	return n
}

func rescueHeld(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.deferred(a, e)
	f.deferred(a, e)
	f.take(e, 1)

	equal(t, f.left(), 1)

	equal(t, f.interrupted(e), 1)
	equal(t, len(f.take(e, 10)), 2)
}

func rescueWindow(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	check(t, f.Begin(t.Context(), store.Run{Key: 4711, Window: 3}, f.now))
	published := make([]hook.Message, 5)
	for i := range published {
		published[i] = f.message(a, []hook.Endpoint{e})
	}
	f.message(a, []hook.Endpoint{other})

	equal(t, f.left(), 6)

	equal(t, f.interrupted(e), 3)
	equal(t, f.interrupted(other), 1)
	list, err := f.AttemptsByMessage(t.Context(), published[2], store.AttemptFilter{}, store.Page[id.ID]{Limit: 10})
	check(t, err)
	equal(t, len(list.Items), 1)
	equal(t, len(f.take(e, 10)), 5)
}

func rescueResent(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	f.deferred(a, other)
	d := hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: e.Key}
	check(t, f.Replay(t.Context(), d.Replay(f.now)))

	f.left()

	equal(t, f.interrupted(e), 1)
	equal(t, f.interrupted(other), 0)
	equal(t, len(f.take(e, 10)), 1)
}

func rescueClean(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.message(a, []hook.Endpoint{e})
	f.deferred(a, e)
	f.take(e, 1)
	check(t, f.End(t.Context()))

	equal(t, f.left(), 2)

	equal(t, f.interrupted(e), 0)
	equal(t, len(f.take(e, 10)), 2)
}

func rescueOwn(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	f.message(a, []hook.Endpoint{e})
	f.deferred(a, e)
	f.take(e, 1)

	n, err := f.Rescue(t.Context(), f.now, 10, f.newID, func(store.Waiting) { t.Error("took something") })

	check(t, err)
	equal(t, n, 0)
}

func rescueSteps(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 4)
	for range 3 {
		f.message(a, targets)
	}
	check(t, f.Begin(t.Context(), store.Run{Key: 4712, Window: 10}, f.now))
	took := map[hook.Key]bool{}

	steps := 0
	for {
		n, err := f.Rescue(t.Context(), f.now, 4, f.newID, func(w store.Waiting) { took[w.EndpointKey] = true })
		check(t, err)
		if n == 0 {
			break
		}
		steps++
	}

	equal(t, steps, 3)
	equal(t, len(took), 4)
	for _, e := range targets {
		equal(t, len(f.take(e, 10)), 3)
	}
}
