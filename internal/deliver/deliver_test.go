package deliver_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/signature"
)

func scripted(s *script) func(*house) { return func(h *house) { h.sender = s } }

func TestMessageIsSentOnceAsItWasPublishedAndLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a, func(n *catalog.NewEndpoint) { n.Headers = map[string]string{"X-Own": "yes"} })
	payload := "{ \"n\" : 1.0,\t\"text\": \"h\\u00e9\" }"

	m := h.publish(a, func(in *publish.Input) { in.Payload = []byte(payload) })
	h.reaches(m, e, hook.Delivered)
	h.quiet()

	calls := s.all()
	if len(calls) != 1 || string(calls[0].body) != payload || calls[0].message() != id.Message.Text(m.ID) {
		t.Fatalf("sent %+v", calls)
	}
	keys, err := directory.NewVault(h.box).Keys(e, h.now())
	check(t, err)
	verifier, err := signature.NewVerifier(keys...)
	check(t, err)
	check(t, verifier.Verify(calls[0].header, calls[0].body, h.now()))
	if calls[0].header.Get("X-Own") != "yes" || calls[0].header.Get("Content-Type") != "application/json" {
		t.Errorf("headers: %v", calls[0].header)
	}
	stored := h.attempts(m)
	if len(stored) != 1 || stored[0].Outcome != hook.Succeeded || stored[0].Status != 200 || stored[0].Number != 1 ||
		stored[0].URL != e.URL || string(stored[0].Response) != "thanks" {
		t.Errorf("attempts: %+v", stored)
	}
	h.nothingOpen()
}

func TestFailedDeliveryIsRetriedWhenItIsDueUntilItIsExhausted(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a, func(in *publish.Input) { in.EventID = "evt-1" })

	first := h.reaches(m, e, hook.Waiting)
	began := h.attempts(m)[0].StartedAt
	h.later(time.Minute)
	eventually(t, "the first retry", func() bool { return h.delivery(m, e).Attempts == 2 })
	second := h.delivery(m, e)
	h.later(time.Hour)
	h.reaches(m, e, hook.Exhausted)

	if wait := first.DueAt.Sub(began); wait < time.Minute || wait > time.Minute+time.Second {
		t.Errorf("the first retry was due after %s", wait)
	}
	if wait := second.DueAt.Sub(first.DueAt); wait < time.Hour {
		t.Errorf("the second retry was due %s after the first", wait)
	}
	stored := h.attempts(m)
	if s.count() != 3 || len(stored) != 3 || stored[0].Number != 3 || stored[2].Number != 1 || stored[0].Headers["X-Receiver"] != "a, b" {
		t.Errorf("%d requests, attempts %+v", s.count(), stored)
	}
	h.toldOfExhaustion(a, e, m)
	h.quiet()
	h.nothingOpen()
}

func (h *house) toldOfExhaustion(a hook.Application, e hook.Endpoint, m hook.Message) {
	h.t.Helper()
	events := h.events(a, hook.EventAttemptExhausted)
	if len(events) != 1 {
		h.t.Fatalf("%d events", len(events))
	}
	var data struct {
		AppID, EndpointID, MsgID, MsgEventID string
		LastAttempt                          struct {
			ID                 string
			ResponseStatusCode int
		}
	}
	check(h.t, json.Unmarshal(events[0].Data, &data))
	last := h.attempts(m)[0]
	if data.AppID != id.Application.Text(a.ID) || data.EndpointID != id.Endpoint.Text(e.ID) || data.MsgID != id.Message.Text(m.ID) ||
		data.MsgEventID != "evt-1" || data.LastAttempt.ID != id.Attempt.Text(last.ID) || data.LastAttempt.ResponseStatusCode != 500 {
		h.t.Errorf("event: %s", events[0].Data)
	}
}

func TestRetryAfterLengthensTheWaitAndNeverShortensIt(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{time.Second: time.Minute, 3 * time.Hour: 3 * time.Hour} {
		t.Run(asked.String(), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, scripted(newScript(func(context.Context, call) egress.Response {
				r := answered(429)
				r.RetryAfter = asked
				return r
			})))
			a := h.application()
			e := h.endpoint(a)

			m := h.publish(a)
			d := h.reaches(m, e, hook.Waiting)

			if got := d.DueAt.Sub(h.attempts(m)[0].StartedAt); got < want || got > want+time.Second {
				t.Errorf("waits %s, want %s", got, want)
			}
		})
	}
}

func TestEndpointThatIsGoneIsDisabledOnceAndGetsNothingMore(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)
	waiting := h.publish(a)
	h.reaches(waiting, e, hook.Waiting)
	eventually(t, "a lane as wide as it begins", func() bool { return h.engine.Numbers().Queued == 0 })
	gate, entered := make(chan struct{}), make(chan struct{}, 100)
	s.set(func(context.Context, call) egress.Response {
		entered <- struct{}{}
		<-gate
		return answered(410)
	})

	many := h.publishMany(a, 40)
	for range 8 { // as wide as the lane is after the failure
		wait(t, entered, "requests on the wire")
	}
	close(gate)
	h.reaches(waiting, e, hook.Canceled)
	h.quiet()

	if now := h.current(e); !now.Disabled || now.DisabledReason != hook.DisabledGone {
		t.Errorf("the endpoint is %+v", now)
	}
	if got := h.events(a, hook.EventEndpointDisabled); len(got) != 1 {
		t.Errorf("told %d times", len(got))
	}
	ends := map[string]int{}
	for _, m := range many {
		d := h.delivery(m, e)
		ends[d.State.String()+" "+d.Reason]++
	}
	if ends["canceled "+hook.ReasonDisabled] == 0 || ends["exhausted "] == 0 || len(ends) != 2 {
		t.Errorf("ends: %v", ends)
	}
	if d := h.delivery(waiting, e); d.Reason != hook.ReasonDisabled {
		t.Errorf("what waited is %+v", d)
	}
	h.nothingOpen()
}

func TestEndpointIsDisabledAfterFiveDaysOfOnlyFailures(t *testing.T) {
	t.Parallel()
	s := newScript(always(503))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Policy = schedule(t) })
	a := h.application()
	e := h.endpoint(a)
	fail := func() { h.reaches(h.publish(a), e, hook.Exhausted) }

	fail()
	h.later(4 * 24 * time.Hour)
	fail()
	s.set(always(200))
	h.reaches(h.publish(a), e, hook.Delivered)
	s.set(always(503))
	h.later(2 * 24 * time.Hour)
	fail()
	early := h.current(e)
	h.later(hook.GiveUpAfter)
	fail()

	if early.Disabled {
		t.Error("it was disabled although a success lay in between")
	}
	eventually(t, "a disabled endpoint", func() bool { return h.current(e).Disabled })
	if now := h.current(e); now.DisabledReason != hook.DisabledFailing {
		t.Errorf("because %q", now.DisabledReason)
	}
	if got := h.events(a, hook.EventEndpointDisabled); len(got) != 1 || !strings.Contains(string(got[0].Data), "failSince") {
		t.Errorf("events: %v", got)
	}
}

func TestOnlySuccessIsSuccess(t *testing.T) {
	t.Parallel()
	broken := egress.Response{Outcome: egress.Connect, Detail: "The endpoint refused the connection."}
	for name, answer := range map[string]egress.Response{
		"redirect": answered(302), "not found": answered(404), "no answer": broken, "not modified": answered(304),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, scripted(newScript(func(context.Context, call) egress.Response { return answer })))
			a := h.application()
			e := h.endpoint(a)

			m := h.publish(a)
			d := h.reaches(m, e, hook.Waiting)

			stored := h.attempts(m)[0]
			if d.Attempts != 1 || stored.Outcome != hook.Failed || stored.Status != answer.Status {
				t.Errorf("%+v after %+v", d, stored)
			}
			if answer.Status == 0 && (stored.Cause != "connect" || string(stored.Response) != answer.Detail) {
				t.Errorf("stored cause %q, response %q", stored.Cause, stored.Response)
			}
		})
	}
}

func TestRequestThatIsCutOffAtTheEndIsRecordedAndSentAgain(t *testing.T) {
	t.Parallel()
	s := newScript(hanging(nil))
	h := newHouse(t, scripted(s), func(h *house) { h.drain = 10 * time.Millisecond })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	eventually(t, "a request on the wire", func() bool { return s.count() == 1 })

	h.end()
	s.set(always(200))
	h.start()
	h.reaches(m, e, hook.Delivered)

	stored := h.attempts(m)
	if len(stored) != 2 || stored[1].Outcome != hook.Interrupted || stored[0].Outcome != hook.Succeeded || stored[0].Number != 1 {
		t.Errorf("attempts: %+v", stored)
	}
}

func TestDrainLetsRequestsOnTheWireFinishAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.InFlight = 4 })
	a := h.application()
	e := h.endpoint(a)
	many := h.publishMany(a, 50)
	eventually(t, "requests on the wire", func() bool { return s.count() == 4 })

	h.cancel()
	close(gate)
	h.end()
	h.start()
	eventually(t, "all of it delivered", func() bool { return s.count() == 50 })
	h.quiet()

	for _, m := range many {
		if stored := h.attempts(m); len(stored) != 1 || stored[0].Outcome != hook.Succeeded {
			t.Fatalf("attempts: %+v", stored)
		}
	}
	h.reaches(many[49], e, hook.Delivered)
	h.nothingOpen()
}

func TestFanOutToManyEndpointsHoldsThePayloadOnceAndSettlesEverything(t *testing.T) {
	t.Parallel()
	const fan = 2000
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s))
	a := h.application()
	h.manyEndpoints(a, fan)
	payload := `{"text": "` + strings.Repeat("x", 100_000) + `"}`

	h.publish(a, func(in *publish.Input) { in.Payload = []byte(payload) })
	held := h.engine.Numbers()
	close(gate)
	eventually(t, "all of it sent", func() bool { return s.count() == fan })
	h.quiet()

	if held.QueuedBytes > len(payload)+1000 || held.Queued != fan {
		t.Errorf("in memory: %+v", held)
	}
	if n := h.engine.Numbers().Delivered; n != fan {
		t.Errorf("%d were delivered", n)
	}
	h.nothingOpen()
}

func TestStoreThatRefusesToSettleLosesNothing(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	var broken flag
	broken.Store(true)
	h := newHouse(t, scripted(s), flaky(&broken))
	a := h.application()
	e := h.endpoint(a)

	many := h.publishMany(a, 20)
	eventually(t, "all of it sent", func() bool { return s.count() == 20 })
	before := len(h.attempts(many[0]))
	broken.Store(false)
	h.quiet()

	if before != 0 {
		t.Errorf("%d attempts were stored by a store that refuses", before)
	}
	for _, m := range many {
		if stored := h.attempts(m); len(stored) != 1 || h.delivery(m, e).State != hook.Delivered {
			t.Errorf("attempts: %+v", stored)
		}
	}
	if s.count() != 20 {
		t.Errorf("%d requests", s.count())
	}
	h.nothingOpen()
}

func TestEngineThatCouldNotStoreAnAttemptSaysSoWhenItStops(t *testing.T) {
	t.Parallel()
	s := newScript(nil)
	var broken flag
	broken.Store(true)
	h := newHouse(t, scripted(s), flaky(&broken), func(h *house) { h.drain = time.Millisecond })
	a := h.application()
	e := h.endpoint(a)
	m := h.publish(a)
	eventually(t, "a request", func() bool { return s.count() == 1 })

	err := h.stop()
	broken.Store(false)
	h.start()
	h.reaches(m, e, hook.Delivered)

	if err == nil {
		t.Error("it said nothing")
	}
	if stored := h.attempts(m); len(stored) != 2 || stored[1].Outcome != hook.Interrupted {
		t.Errorf("attempts: %+v", stored)
	}
}
