package receive_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

// after sends a webhook and returns what came of it.
func (in *intake) after(t *testing.T, r *receive.Request) store.Conclusion {
	t.Helper()
	before := len(in.memory.conclusions())
	_, err := in.send(r)
	check(t, err)
	within(t, "concluded", func() bool { return len(in.memory.conclusions()) > before })
	all := in.memory.conclusions()
	return all[len(all)-1]
}

func TestWebhookBecomesAMessageOfTheSourcesApplication(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) {
		s.Rules.Forward = hook.Forward{Prefix: "github.", Channels: []string{"main"}}
	})
	in.start(t)
	body := "{ \"zen\" : \"\\u00e9\",\n \"zen\" : 1.0 }"

	c := in.after(t, signed(body))

	m := in.press.made()
	if len(m) != 1 || string(m[0].Payload) != body || m[0].EventType != "github.push" || m[0].Application != 7 || m[0].Channels[0] != "main" {
		t.Fatalf("got %+v", m)
	}
	within(t, "let go", func() bool { return in.Numbers().Queued == 0 })
	if c.Status != hook.IntakeDone || c.Message.IsZero() || in.Numbers() != (receive.Numbers{Received: 1, Processed: 1}) {
		t.Errorf("got %+v, and %+v is held", c, in.Numbers())
	}
}

func TestRuleSaysWhatIsForwarded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule hook.Forward
		why  string // it became no message
	}{
		"all":       {hook.Forward{}, ""},
		"off":       {hook.Forward{Off: true}, "It became no message: the source forwards nothing."},
		"others":    {hook.Forward{EventTypes: []string{"issues"}}, "It became no message: its event type push is none of those that the source forwards."},
		"theirs":    {hook.Forward{Prefix: "gh.", EventTypes: []string{"push"}}, ""},
		"our names": {hook.Forward{Prefix: "gh.", EventTypes: []string{"gh.push"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, func(s *hook.Source) { s.Rules.Forward = c.rule })
			in.start(t)

			ended := in.after(t, signed(`{}`))

			if got := len(in.press.made()); (got == 0) != (c.why != "") || ended.Status != hook.IntakeDone || ended.Reason != c.why {
				t.Errorf("made %d, ended as %s: %s", got, ended.Status, ended.Reason)
			}
		})
	}
}

func TestBatchGoesOnIfOneOfItsEventsIsWanted(t *testing.T) {
	t.Parallel()
	for wanted, messages := range map[string]int{"click": 1, "sg.click": 1, "open": 1, "bounce": 0} {
		in := newIntake(t, func(s *hook.Source) {
			s.Provider, s.Rules.Forward = "batches", hook.Forward{Prefix: "sg.", EventTypes: []string{wanted}}
		})
		in.start(t)

		ended := in.after(t, signed(`[{"event":"open"},{"event":"click"}]`))

		if got := in.press.made(); len(got) != messages || ended.Status != hook.IntakeDone {
			t.Errorf("%s: made %d, ended as %s", wanted, len(got), ended.Status)
		} else if messages == 1 && got[0].EventType != "sg.open" {
			t.Errorf("%s: its type is %s", wanted, got[0].EventType)
		}
	}
}

func TestPayloadIsWhatReceiversExpect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ contentType, body, want string }{
		"array":               {"application/json; charset=utf-8", ` [1, 2]`, ` [1, 2]`},
		"vendor":              {"application/cloudevents+json", `{"a" :1}`, `{"a" :1}`},
		"plain JSON":          {"text/plain; charset=UTF-8", `{"Type" : "Notification"}`, `{"Type" : "Notification"}`},
		"text":                {"text/plain", "1 < 2", `{"contentType":"text/plain","body":"1 < 2"}`},
		"empty":               {"", "", `{"contentType":"","body":""}`},
		"form":                {"application/x-www-form-urlencoded", "a=1&b=2&b=%33&c=", `{"contentType":"application/x-www-form-urlencoded","body":"a=1&b=2&b=%33&c=","form":{"a":"1","b":["2","3"],"c":""}}`},
		"BOM":                 {"application/json", "\ufeff {\"a\" :1}", ` {"a" :1}`},
		"BOM in text":         {"text/plain", "\ufeff[1]", `[1]`},
		"form with odd signs": {"application/x-www-form-urlencoded", "a=100%&x=a;b&c=%zz&d=3", `{"contentType":"application/x-www-form-urlencoded","body":"a=100%&x=a;b&c=%zz&d=3","form":{"a":"100%","c":"%zz","d":"3","x":"a;b"}}`},
		"form in latin-1":     {"application/x-www-form-urlencoded; charset=ISO-8859-1", "n=caf%E9", `{"contentType":"application/x-www-form-urlencoded; charset=ISO-8859-1","body":"n=caf%E9","form":{"n":"café"}}`},
		"multipart": {
			"multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1;2\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nabc\r\n--b--",
			`{"contentType":"multipart/form-data; boundary=b",` +
				`"body":"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1;2\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nabc\r\n--b--",` +
				`"form":{"a":"1;2","f":{"filename":"x.txt","contentType":"","size":3}}}`,
		},
		"broken multipart": {"multipart/form-data; boundary=b", "--b", `{"contentType":"multipart/form-data; boundary=b","body":"--b"}`},
		"xml":              {"text/xml", "<a/>", `{"contentType":"text/xml","body":"<a/>"}`},
		"bytes":            {"image/png", "\x89PNG", `{"contentType":"image/png","bodyBase64":"iVBORw=="}`},
		"csv":              {"text/csv", `a,b`, `{"contentType":"text/csv","body":"a,b"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, func(s *hook.Source) {
				s.Provider, s.Secrets, s.Rules.Forward.Headers = "none", nil, []string{"*"} // headers change nothing of it
			})
			in.start(t)
			r := signed(c.body)
			r.Header = map[string][]string{"Content-Type": {c.contentType}, "X-Github-Event": {"push"}}

			in.after(t, r)

			if got := string(in.press.made()[0].Payload); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A webhook by GET has nothing else. Credentials in the query were masked when it was stored.
func TestQueryIsHandedOnBesideTheBody(t *testing.T) {
	t.Parallel()
	const query = "MessageStatus=sent&n=a%20b&n=c&token=hidden"
	const kept = "MessageStatus=sent&n=a%20b&n=c&token="
	for name, c := range map[string]struct{ method, contentType, body, want string }{
		"by GET": {"GET", "", "", `{"MessageStatus":"sent","n":["a b","c"],"token":`},
		"text":   {"POST", "text/plain", "x", `{"contentType":"text/plain","body":"x","query":{"MessageStatus":"sent","n":["a b","c"],"token":`},
		"JSON":   {"POST", "application/json", `{"a" :1}`, `{"a" :1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, func(s *hook.Source) {
				s.Provider, s.Secrets, s.Rules.Methods = "none", nil, []string{"GET", "POST"}
			})
			in.start(t)
			r := signed(c.body)
			r.Method, r.Query, r.Header = c.method, query, map[string][]string{"Content-Type": {c.contentType}, "Posthorn-Query": {"forged"}}

			in.after(t, r)

			m := in.press.made()[0]
			carried := strings.Join(m.Carried.Headers["Posthorn-Query"], " ")
			if !strings.HasPrefix(string(m.Payload), c.want) || !strings.HasPrefix(carried, kept) || strings.Contains(string(m.Payload)+carried, "hidden") {
				t.Errorf("got %s, and %v", m.Payload, m.Carried)
			}
		})
	}
}

// What was acknowledged is handed on, whatever it is.
func TestBodyThatIsNotWhatItSaysIsHandedOnAsAText(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for body, want := range map[string]string{
		`{"a":`: `"body":"{\"a\":"`, "{\"a\":\"\xff\"}": `"bodyBase64":"eyJhIjoi/yJ9"`, ``: `"body":""`, "\ufeff": "\"body\":\"\ufeff\"", deep: `"body":"` + deep + `"`,
	} {
		in := newIntake(t)
		in.start(t)

		c := in.after(t, signed(body))

		if got := string(in.press.made()[0].Payload); c.Status != hook.IntakeDone || got != `{"contentType":"application/json",`+want+`}` {
			t.Errorf("%.20q: got %.100s, %+v", body, got, c)
		}
	}
}

func TestProcessingThatCannotBeDoneNowIsTriedAgainOnSchedule(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.start(t)
	in.press.setFail(fault.New(fault.Unavailable, "away", "The database is away."))

	in.after(t, signed(`{}`))
	var waits []time.Duration
	for len(waits) < 9 {
		all := in.memory.conclusions()
		last := all[len(all)-1]
		if last.Status != hook.IntakeNew || last.Reason != "The database is away." {
			t.Fatalf("got %+v", last)
		}
		waits = append(waits, last.DueAt.Sub(in.time()))
		in.pass(last.DueAt.Sub(in.time()))
		in.LookAgain()
		within(t, "tried again", func() bool { return len(in.memory.conclusions()) > len(all) })
	}
	all := in.memory.conclusions()

	want := []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour, 60 * time.Hour, 72 * time.Hour}
	for i := range want {
		if waits[i] != want[i] {
			t.Errorf("waited %v, want %v", waits, want)
		}
	}
	if last := all[len(all)-1]; last.Status != hook.IntakeFailed {
		t.Errorf("ended as %+v", last)
	}
}

// cutOff returns a service whose database goes away while it processes a webhook.
func cutOff(t *testing.T) *intake {
	t.Helper()
	in, gone := newIntake(t), fault.New(fault.Unavailable, "away", "The database is away.")
	in.start(t)
	in.press.first = func() error { in.memory.setAway(gone); return gone }
	_, err := in.send(signed(`{}`))
	check(t, err)
	return in
}

func TestProcessingGoesOnOnScheduleHoweverLongTheDatabaseWasAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := cutOff(t)

		<-time.After(10 * time.Minute)
		in.memory.setAway(nil)
		<-time.After(2 * time.Second)
		planned := in.memory.stored()[0]
		in.pass(10 * time.Minute)
		in.LookAgain()
		<-time.After(2 * time.Second)

		if planned.Status != hook.IntakeNew || planned.DueAt.Sub(noon()) != time.Minute {
			t.Errorf("it is %s and due at %s", planned.Status, planned.DueAt)
		}
		if r := in.memory.stored()[0]; r.Status != hook.IntakeDone || len(in.press.made()) != 1 {
			t.Errorf("it ended as %s with %d messages", r.Status, len(in.press.made()))
		}
	})
}

func TestEndDoesNotWaitForADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := cutOff(t)
		<-time.After(time.Minute)
		began := time.Now()

		in.Stop()
		in.awaitEnd()

		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWhatCannotEverWorkFailsAtOnce(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.start(t)
	in.press.setFail(fault.In("eventType", "event_type_unknown", "There is no event type."))

	c := in.after(t, signed(`{}`))

	if c.Status != hook.IntakeFailed || c.Reason != "There is no event type." {
		t.Errorf("got %+v", c)
	}
}

func TestFailureThatNobodyPlannedForKeepsItsCauseFromTheOwner(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.start(t)
	in.press.setFail(errors.New("secret detail"))

	c := in.after(t, signed(`{}`))

	if c.Status != hook.IntakeNew || strings.Contains(c.Reason, "secret") {
		t.Errorf("got %+v", c)
	}
}

func TestRepetitionAfterACrashMakesNoSecondMessageAndReprocessingDoes(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.start(t)
	first := in.after(t, signed(`{}`))
	again := func(message id.ID) store.Conclusion {
		in.memory.mu.Lock()
		r := &in.memory.received[0]
		r.Status, r.DueAt, r.Message = hook.IntakeNew, noon(), message
		n := len(in.memory.ended)
		in.memory.mu.Unlock()
		in.LookAgain()
		within(t, "processed again", func() bool { return len(in.memory.conclusions()) > n })
		return in.memory.conclusions()[n]
	}

	crashed := again(id.ID{}) // nobody wrote down what came of it
	wanted := again(first.Message)

	if crashed.Message != first.Message || wanted.Message == first.Message || len(in.press.made()) != 2 {
		t.Errorf("%v, %v and %v: %d messages", first.Message, crashed.Message, wanted.Message, len(in.press.made()))
	}
}

func TestWebhookThatMemoryHasNoRoomForIsProcessedFromTheDatabase(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for i := range 150 { // the queue has 100 places, and nobody works yet
		_, err := in.send(signed(`{"n":` + strings.Repeat("1", i+1) + `}`))
		check(t, err)
	}
	if got := in.Numbers().Queued; got != 100 {
		t.Fatalf("%d are held", got)
	}

	in.start(t)
	within(t, "all done", func() bool { return len(in.memory.conclusions()) == 150 })

	within(t, "let go", func() bool { return in.Numbers().Queued == 0 })
	if got := len(in.press.made()); got != 150 || in.Numbers() != (receive.Numbers{Received: 150, Processed: 150}) {
		t.Errorf("made %d, %+v is held", got, in.Numbers())
	}
}

func TestStopProcessesWhatIsHeld(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for i := range 50 {
		_, err := in.send(signed(`{"n":` + strings.Repeat("1", i+1) + `}`))
		check(t, err)
	}
	ended := make(chan error, 1)
	in.Stop()

	go func() { ended <- in.Run(t.Context()) }()
	check(t, <-ended)

	if got := len(in.memory.conclusions()); got != 50 {
		t.Errorf("%d were done", got)
	}
}

func TestEventTypeIsMadeOfWhatTheProviderSays(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{
		"push": "p.push", "orders/create": "p.orders.create", "a:b": "p.a.b", "": "p.webhook", "..": "p.webhook", "Füße 1": "p.F__e_1",
		strings.Repeat("x", 300): "p." + strings.Repeat("x", 254),
	} {
		if got := receive.EventType("p.", declared); got != want || !hook.ValidName(got, hook.MaxName) {
			t.Errorf("%q became %q", declared, got)
		}
	}
}

func TestProcessingThatWasTakenForStuckDoesNotCountAnyMore(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	hang, hangs := make(chan struct{}), make(chan struct{})
	in.press.first = func() error {
		close(hangs)
		<-hang
		return fault.New(fault.Invalid, "late", "It took too long.")
	}
	in.start(t)
	_, err := in.send(signed(`{}`))
	check(t, err)
	<-hangs

	in.pass(2 * time.Hour)
	_, err = in.memory.ReturnStuck(t.Context(), in.time().Add(-time.Hour), in.time(), 10)
	check(t, err)
	in.LookAgain()
	within(t, "processed again", func() bool { return in.memory.stored()[0].Status == hook.IntakeDone })
	close(hang)
	within(t, "concluded twice", func() bool { return len(in.memory.conclusions()) == 2 })

	if got := in.memory.stored()[0]; got.Status != hook.IntakeDone || got.Reason != "" || got.Message.IsZero() {
		t.Errorf("got %+v", got)
	}
}
