package publish_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/store"
)

func TestEventTypesAreCreatedOnUseUnlessOnlyKnownOnesAreAllowed(t *testing.T) {
	t.Parallel()
	open, strict := newPress(t, publish.Config{}), newPress(t, publish.Config{Strict: true})
	open.application("acme")
	strict.application("acme")

	_, errOpen := open.messages.Publish(t.Context(), input())
	_, errStrict := strict.messages.Publish(t.Context(), input())
	_, err := strict.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid"})
	check(t, err)
	_, errKnown := strict.messages.Publish(t.Context(), input())

	check(t, errOpen)
	check(t, errKnown)
	refused(t, errStrict, fault.Invalid, "event_type_unknown")
	if _, err := open.types.Get(t.Context(), 0, "invoice.paid"); err != nil {
		t.Errorf("the event type was not created: %v", err)
	}
}

func TestManyPublishesOfANewEventTypeAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	p.application("acme")

	atOnce(20, func(int) {
		_, err := p.messages.Publish(t.Context(), input())
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
	})
}

func atOnce(n int, do func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { do(i) })
	}
	group.Wait()
}

func TestArchivedEventTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{true, false} {
		p := newPress(t, publish.Config{Strict: strict})
		p.application("acme")
		_, err := p.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid"})
		check(t, err)
		_, err = p.messages.Publish(t.Context(), input())
		check(t, err)

		check(t, p.types.Archive(t.Context(), "invoice.paid"))
		_, err = p.messages.Publish(t.Context(), input())

		refused(t, err, fault.Invalid, "event_type_archived")
	}
}

func TestPayloadMustMatchTheSchemaWhereThatIsEnforced(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	p.application("acme")
	schemas := []byte(`{"1": {"type": "object"}, "2": {"type": "object", "required": ["total"]}}`)
	_, err := p.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid", Schemas: schemas, Enforced: true})
	check(t, err)

	_, wrong := p.messages.Publish(t.Context(), input())
	_, right := p.messages.Publish(t.Context(), input(func(in *publish.Input) { in.Payload = []byte(`{"total": 3}`) }))

	refused(t, wrong, fault.Invalid, "schema_mismatch")
	check(t, right)
	if len(p.sent()) != 1 {
		t.Errorf("%d messages were dispatched", len(p.sent()))
	}
}

func TestApplicationInsideAMessageIsCreatedOnce(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	create := func(in *publish.Input) { in.Create = &hook.Application{UID: "acme", Name: "Acme"} }

	atOnce(20, func(int) {
		if _, err := p.messages.Publish(t.Context(), input(create)); err != nil {
			t.Errorf("unexpected error: %v", err)
		}
	})
	_, other := p.messages.Publish(t.Context(), input(create, func(in *publish.Input) { in.Application = "other" }))

	all, err := p.applications.List(t.Context(), store.ApplicationFilter{}, store.Page[id.ID]{Limit: 10})
	check(t, err)
	if len(all.Items) != 1 || len(p.sent()) != 20 {
		t.Errorf("%d applications, %d messages", len(all.Items), len(p.sent()))
	}
	refused(t, other, fault.Invalid, "value_error")
}

func TestApplicationIsNotCreatedForAMessageThatIsRefused(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})

	_, err := p.messages.Publish(t.Context(), input(func(in *publish.Input) {
		in.Create, in.EventType = &hook.Application{UID: "acme", Name: "Acme"}, "no spaces"
	}))

	refused(t, err, fault.Invalid, "value_error")
	if _, err := p.applications.Get(t.Context(), "acme"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestUnknownApplicationIsNotFound(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})

	_, err := p.messages.Publish(t.Context(), input())

	refused(t, err, fault.NotFound, "not_found")
}

func TestRepeatOfAnIdempotencyKeySendsNothing(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	p.application("acme")
	p.application("other")
	keyed := func(in *publish.Input) { in.IdempotencyKey, in.Body = "key-1", [16]byte{1} }

	first, err := p.messages.Publish(t.Context(), input(keyed))
	check(t, err)
	again, errAgain := p.messages.Publish(t.Context(), input(keyed))
	_, errOther := p.messages.Publish(t.Context(), input(keyed, func(in *publish.Input) { in.Body = [16]byte{2} }))
	elsewhere, errElsewhere := p.messages.Publish(t.Context(), input(keyed, func(in *publish.Input) { in.Application = "other" }))
	tenant, errTenant := p.messages.Publish(t.Context(), input(keyed, func(in *publish.Input) { in.Keys = publish.TenantKeys }))

	check(t, errAgain)
	check(t, errElsewhere)
	check(t, errTenant)
	refused(t, errOther, fault.Conflict, "idempotency_mismatch")
	if !again.Repeated || again.Message.ID != first.Message.ID || elsewhere.Repeated || tenant.Repeated || len(p.sent()) != 3 {
		t.Errorf("repeated: %+v; %d messages were dispatched", again, len(p.sent()))
	}
}

func TestRepeatGetsTheFirstAnswerAlthoughTheEventTypeChanged(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{Strict: true})
	p.application("acme")
	_, err := p.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid"})
	check(t, err)
	keyed := func(in *publish.Input) { in.IdempotencyKey = "key-1" }
	first, err := p.messages.Publish(t.Context(), input(keyed))
	check(t, err)
	for name, change := range map[string]func() error{
		"schema": func() error {
			_, _, err := p.types.Put(t.Context(), catalog.NewEventType{
				Name: "invoice.paid", Schemas: []byte(`{"1": {"type": "object", "required": ["total"]}}`), Enforced: true})
			return err
		},
		"archived": func() error { return p.types.Archive(t.Context(), "invoice.paid") },
		"expunged": func() error { return p.types.Expunge(t.Context(), "invoice.paid") },
	} {
		check(t, change())

		again, err := p.messages.Publish(t.Context(), input(keyed))
		_, other := p.messages.Publish(t.Context(), input(keyed, func(in *publish.Input) { in.Body = [16]byte{2} }))
		_, fresh := p.messages.Publish(t.Context(), input(keyed, func(in *publish.Input) { in.IdempotencyKey = "key-2" }))

		check(t, err)
		if !again.Repeated || again.Message.ID != first.Message.ID {
			t.Errorf("%s: got %+v", name, again)
		}
		refused(t, other, fault.Conflict, "idempotency_mismatch")
		if fault.KindOf(fresh) != fault.Invalid {
			t.Errorf("%s: a new message got %v", name, fresh)
		}
		_, _, err = p.types.Put(t.Context(), catalog.NewEventType{Name: "invoice.paid"})
		check(t, err)
	}
}

func TestMessageGoesToTheEndpointsThatWantIt(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	a := p.application("acme")
	all := p.endpoint(a)
	typed := p.endpoint(a, func(n *catalog.NewEndpoint) { n.EventTypes = []string{"invoice.paid"} })
	channel := p.endpoint(a, func(n *catalog.NewEndpoint) { n.Channels = []string{"red"} })
	p.endpoint(a, func(n *catalog.NewEndpoint) { n.Disabled = true })

	for _, c := range []struct {
		kind     string
		channels []string
		want     []hook.Key
	}{
		{"invoice.paid", nil, []hook.Key{all.Key, typed.Key}},
		{"other", nil, []hook.Key{all.Key}},
		{"other", []string{"blue", "red"}, []hook.Key{all.Key, channel.Key}},
		{"invoice.paid", nil, []hook.Key{all.Key, typed.Key}},
	} {
		got, err := p.messages.Publish(t.Context(), input(func(in *publish.Input) { in.EventType, in.Channels = c.kind, c.channels }))

		check(t, err)
		if !slices.Equal(got.Message.Targets, c.want) {
			t.Errorf("%s %v goes to %v, want %v", c.kind, c.channels, got.Message.Targets, c.want)
		}
	}
}

func TestNewEndpointGetsTheNextMessage(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	a := p.application("acme")
	for range 20 {
		e := p.endpoint(a)

		got, err := p.messages.Publish(t.Context(), input())

		check(t, err)
		if !slices.Contains(got.Message.Targets, e.Key) {
			t.Fatal("it did not")
		}
	}
}

func TestEventIDIsTakenForADay(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	p.application("acme")
	named := func(in *publish.Input) { in.EventID = "evt-1" }

	_, first := p.messages.Publish(t.Context(), input(named))
	_, second := p.messages.Publish(t.Context(), input(named))

	check(t, first)
	refused(t, second, fault.Conflict, "event_id_taken")
}

func TestNamesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	p.application("acme")
	for name, change := range map[string]func(*publish.Input){
		"no event type":    func(in *publish.Input) { in.EventType = "" },
		"odd event type":   func(in *publish.Input) { in.EventType = "a b" },
		"long event type":  func(in *publish.Input) { in.EventType = strings.Repeat("x", 257) },
		"odd event id":     func(in *publish.Input) { in.EventID = "a/b" },
		"odd channel":      func(in *publish.Input) { in.Channels = []string{"a b"} },
		"channel twice":    func(in *publish.Input) { in.Channels = []string{"a", "a"} },
		"long channel":     func(in *publish.Input) { in.Channels = []string{strings.Repeat("x", 129)} },
		"eleven channels":  func(in *publish.Input) { in.Channels = strings.Split("a b c d e f g h i j k", " ") },
		"six tags":         func(in *publish.Input) { in.Tags = strings.Split("a b c d e f", " ") },
		"odd tag":          func(in *publish.Input) { in.Tags = []string{"a b"} },
		"tag twice":        func(in *publish.Input) { in.Tags = []string{"a", "a"} },
		"kept too shortly": func(in *publish.Input) { in.PayloadLife = time.Hour - 1 },
		"kept too long":    func(in *publish.Input) { in.PayloadLife = 90*24*time.Hour + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := p.messages.Publish(t.Context(), input(change))

			refused(t, err, fault.Invalid, "value_error")
		})
	}
}

func TestExampleIsThatOfTheNewestSchemaAndGoesToOneEndpoint(t *testing.T) {
	t.Parallel()
	p := newPress(t, publish.Config{})
	a := p.application("acme")
	p.endpoint(a)
	e := p.endpoint(a, func(n *catalog.NewEndpoint) { n.EventTypes = []string{"something.else"} })
	off := p.endpoint(a, func(n *catalog.NewEndpoint) { n.Disabled = true })
	_, err := p.types.Create(t.Context(), catalog.NewEventType{Name: "invoice.paid", Schemas: []byte(
		`{"9": {"type": "object", "example": {"n": 9}}, "10": {"type": "object", "examples": [{"n": 10}, {"n": 11}]}, "draft": {"type": "object"}}`)})
	check(t, err)

	m, err := p.messages.Example(t.Context(), a, e, "invoice.paid", 0)
	check(t, err)
	second, err := p.messages.Example(t.Context(), a, e, "invoice.paid", 1)
	check(t, err)
	_, past := p.messages.Example(t.Context(), a, e, "invoice.paid", 2)
	plain, err := p.messages.Example(t.Context(), a, e, "other", 3)
	check(t, err)
	_, disabled := p.messages.Example(t.Context(), a, off, "other", 0)

	if string(m.Payload) != `{"n": 10}` || !slices.Equal(m.Targets, []hook.Key{e.Key}) || !strings.Contains(string(plain.Payload), "example message") {
		t.Errorf("got %s to %v, and %s", m.Payload, m.Targets, plain.Payload)
	}
	if string(second.Payload) != `{"n": 11}` {
		t.Errorf("got %s for the index 1", second.Payload)
	}
	refused(t, past, fault.Invalid, "value_error")
	refused(t, disabled, fault.Conflict, "endpoint_disabled")
}

func TestKeyOfAReceivedWebhookOutlivesTheLongestWaitOfItsProcessing(t *testing.T) {
	t.Parallel()
	now := clock.Clock{}.Now()
	p := newPress(t, publish.Config{Clock: clock.Func(func() time.Time { return now })})
	p.application("acme")
	began := now

	for keys, want := range map[publish.Keys]bool{publish.TenantKeys: false, publish.ReceivedKeys: true} {
		again := input(func(in *publish.Input) { in.IdempotencyKey, in.Keys = "key-1", keys })
		now = began.Add(-100 * time.Hour) // the store has a clock of its own
		_, err := p.messages.Publish(t.Context(), again)
		check(t, err)
		now = began

		got, err := p.messages.Publish(t.Context(), again)

		check(t, err)
		if got.Repeated != want {
			t.Errorf("%s: repeated is %t", keys, got.Repeated)
		}
	}
}
