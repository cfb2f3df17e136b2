package receive_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/receive"
)

func TestGenuineWebhookIsStoredByteForByteBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	body := "{ \"b\":1,\t\"a\":\"\\u00e9\" }\r\n"

	answer, err := in.send(signed(body))
	check(t, err)

	stored := in.memory.stored()
	if len(stored) != 1 || string(stored[0].Body) != body || answer.Status != 200 {
		t.Fatalf("answered %d, stored %+v", answer.Status, stored)
	}
	r := stored[0]
	if r.EventType != "push" || r.EventID != "72d3162e" || r.KeyHint != urlKey[:6] || r.Remote != "192.0.2.7" {
		t.Errorf("got %+v", r)
	}
}

func TestWhatIsNotGenuineIsRefusedAndNotStored(t *testing.T) {
	t.Parallel()
	forged := signed(`{"a":1}`)
	forged.Body = []byte(`{"a":2}`)
	unsigned := signed(`{}`)
	delete(unsigned.Header, "X-Hub-Signature-256")
	for name, c := range map[string]struct {
		change func(*hook.Source)
		send   *receive.Request
		cause  string
		kind   fault.Kind
	}{
		"forged":         {nil, forged, "no_match", fault.Unauthenticated},
		"unsigned":       {nil, unsigned, "missing", fault.Unauthenticated},
		"no secret":      {func(s *hook.Source) { s.Secrets = nil }, signed(`{}`), "no_secret", fault.Unauthenticated},
		"no provider":    {func(s *hook.Source) { s.Provider = "gone" }, signed(`{}`), "unknown_provider", fault.Unauthenticated},
		"damaged secret": {func(s *hook.Source) { s.Secrets[0].Sealed = []byte("x") }, signed(`{}`), "secret_unreadable", fault.Unavailable},
		"ended secret":   {func(s *hook.Source) { s.Secrets[0].ExpiresAt = noon() }, signed(`{}`), "no_secret", fault.Unauthenticated},
		"disabled":       {func(s *hook.Source) { s.Disabled = true }, signed(`{}`), "disabled", fault.NotFound},
		"method":         {nil, with(signed(`{}`), func(r *receive.Request) { r.Method = "GET" }), "wrong_method", fault.Unsupported},
		"type":           {nil, with(signed(`{}`), func(r *receive.Request) { r.Header["Content-Type"] = []string{"text/html"} }), "wrong_content_type", fault.Unsupported},
		"compressed":     {nil, with(signed(`{}`), func(r *receive.Request) { r.Header["Content-Encoding"] = []string{"br"} }), "content_encoding", fault.Unsupported},
		"large":          {func(s *hook.Source) { s.Rules.MaxBody = 10 }, signed(`{"a":"too long"}`), "too_large", fault.TooLarge},
		"other address":  {nil, with(signed(`{}`), func(r *receive.Request) { r.Key = "other" }), "unknown", fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, optional(c.change)...)

			_, err := in.send(c.send)

			if cause(err) != c.cause || kindOf(err) != c.kind || len(in.memory.stored()) != 0 {
				t.Errorf("got %v (%s), stored %d", err, cause(err), len(in.memory.stored()))
			}
		})
	}
}

func TestWebhookThatCannotBeStoredIsNeverAnsweredYes(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	_, err := in.send(signed(`{"n":1}`))
	check(t, err)
	in.memory.setAway(fault.New(fault.Unavailable, "disk_full", "The disk is full."))

	_, err = in.send(signed(`{"n":2}`))

	if kindOf(err) != fault.Unavailable || in.Numbers().Queued != 1 {
		t.Errorf("got %v, and %d wait", err, in.Numbers().Queued)
	}
}

func TestReplayIsAnsweredYesAndMakesNothing(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	again := signed(`{"n":1}`)
	again.Header["X-Github-Delivery"] = []string{"another id, which is not signed"}

	_, err := in.send(signed(`{"n":1}`))
	check(t, err)
	answer, err := in.send(again)
	check(t, err)

	if answer.Status != 200 || len(in.memory.stored()) != 1 || in.Numbers().Queued != 1 {
		t.Errorf("got %d, stored %d, %d wait", answer.Status, len(in.memory.stored()), in.Numbers().Queued)
	}
}

func TestRuleSaysWhatIsTheSame(t *testing.T) {
	t.Parallel()
	first := `{"order":{"id":5},"n":1}`
	for rule, want := range map[string]int{"": 2, "none": 3, "body": 2, "json:order.id": 1, "header:X-Order": 1, "json:nothing": 3} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, func(s *hook.Source) { s.Rules.Dedupe.By = rule })
			for _, body := range []string{first, first, `{"order":{"id":5},"n":2}`} {
				_, err := in.send(with(signed(body), func(r *receive.Request) { r.Header["X-Order"] = []string{"5"} }))
				check(t, err)
			}
			if got := len(in.memory.stored()); got != want {
				t.Errorf("stored %d, want %d", got, want)
			}
		})
	}
}

func TestFieldOfAFormSaysWhatIsTheSame(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]int{
		"form:order": 2, "form:payload:json:event.id": 1, "form:payload:json:event.none": 3, "form:none": 3, "query:q": 1, "form:empty": 3,
	} {
		in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets, s.Rules.Dedupe.By = "none", nil, rule })
		for _, body := range []string{"order=5", "order=5&n=1", "order=6"} {
			_, err := in.send(with(signed(body+`&empty=null&payload={"event":{"id":7}}`), func(r *receive.Request) {
				r.Header["Content-Type"], r.Query = []string{"application/x-www-form-urlencoded"}, "q=1"
			}))
			check(t, err)
		}
		if got := len(in.memory.stored()); got != want {
			t.Errorf("%s: stored %d, want %d", rule, got, want)
		}
	}
}

func TestNullIsNoID(t *testing.T) {
	t.Parallel()
	for rule, options := range map[string]map[string]string{
		"header:X-Order": nil, "json:id": nil, "json:text": nil, "": {"id_header": "X-Order"}, "id": {"id_path": "text"},
	} {
		in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets, s.Rules.Dedupe.By, s.Options = "none", nil, rule, options })
		for _, n := range []string{"1", "2"} {
			_, err := in.send(with(signed(`{"id":null,"text":"null","n":`+n+`}`), func(r *receive.Request) { r.Header["X-Order"] = []string{"NULL"} }))
			check(t, err)
		}
		stored := in.memory.stored()
		if len(stored) != 2 || stored[0].EventID != "" {
			t.Errorf("%q %v: stored %d with the id %q", rule, options, len(stored), stored[0].EventID)
		}
	}
}

func TestSourceWithAStoredPathThatIsAProgramTakesNothing(t *testing.T) {
	t.Parallel()
	doubled := strings.TrimSuffix(strings.Repeat("[@this,@this]|", 18), "|")
	for name, change := range map[string]func(*hook.Source){
		"dedupe":    func(s *hook.Source) { s.Rules.Dedupe.By = "json:" + doubled },
		"type_path": func(s *hook.Source) { s.Options = map[string]string{"type_path": doubled} },
		"id_path":   func(s *hook.Source) { s.Options = map[string]string{"id_path": doubled} },
	} {
		in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets = "none", nil }, change)

		_, err := in.send(signed(`{"a":1}`))

		var refusal *receive.Refusal
		if !errors.As(err, &refusal) || refusal.Cause != receive.CausePath || refusal.Kind != fault.Unavailable || refusal.Wait == 0 {
			t.Errorf("%s: got %#v", name, err)
		}
		if stored := in.memory.stored(); len(stored) != 0 {
			t.Errorf("%s: stored %d", name, len(stored))
		}
	}
}

func TestDeviceThatSaysTheSameTwiceMeansIt(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets = "none", nil })

	for range 2 {
		_, err := in.send(signed(`{"status":"ok"}`))
		check(t, err)
	}

	if got := len(in.memory.stored()); got != 2 {
		t.Errorf("stored %d", got)
	}
}

func TestCredentialsAreNotKept(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	r := signed(`{}`)
	r.Query = "a=1&api_key=abc&x=" + strings.ReplaceAll(signing, " ", "+")
	for name, value := range map[string]string{
		"Authorization": "Bearer t0ken", "Cookie": "id=t0ken", "X-Api-Key": "t0ken", "Proxy-Authorization": "t0ken", "X-Hop": "t0ken",
		"Connection": "close, X-Hop", "X-Odd": "before " + signing + " behind", "Referer": "https://shop.example.com/form?card=t0ken", "X-Plain": "kept",
	} {
		r.Header[name] = []string{value}
	}

	_, err := in.send(r)
	check(t, err)

	kept := in.memory.stored()[0]
	text := fmt.Sprint(kept.Headers, kept.Query, kept.SourceURL)
	for _, word := range []string{"t0ken", "abc", "Secret", "Authorization:", "Cookie"} {
		if strings.Contains(text, word) {
			t.Errorf("%q is in %s", word, text)
		}
	}
	if kept.Headers["X-Plain"][0] != "kept" || kept.SourceURL != "https://shop.example.com/form" || !strings.HasPrefix(kept.Query, "a=1&api_key=") {
		t.Errorf("got %s", text)
	}
}

func TestFloodOfForgedRequestsWritesNothingPerRequest(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	forged := with(signed(`{"a":1}`), func(r *receive.Request) {
		r.Body, r.Remote = bytes.Repeat([]byte{'x'}, 10_000), netip.MustParseAddr("127.0.0.1")
	})

	for range 2_000 {
		_, err := in.send(forged)
		if cause(err) != "no_match" {
			t.Fatalf("got %v", err)
		}
	}
	before := in.memory.refusals
	in.Flush(t.Context())

	m := in.memory
	if before != 0 || m.refusals != 1 || m.counts["no_match"] != 2_000 || len(m.samples) == 0 || len(m.samples) > 10 || len(m.received) != 0 {
		t.Errorf("%d writes before and %d after, counts %v, %d samples", before, m.refusals, m.counts, len(m.samples))
	}
	if got := len(m.samples[0].Body); got != hook.MaxRefusedBody {
		t.Errorf("a sample has %d bytes", got)
	}
}

func TestCountsThatCannotBeWrittenAreKept(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	forged := with(signed(`{}`), func(r *receive.Request) { r.Body = []byte("x") })
	_, _ = in.send(forged)
	in.memory.setAway(fault.New(fault.Unavailable, "away", "Away."))
	in.Flush(t.Context())
	in.memory.setAway(nil)

	_, _ = in.send(forged)
	in.Flush(t.Context())

	if got := in.memory.counts["no_match"]; got != 2 {
		t.Errorf("counted %d", got)
	}
}

func TestGuessingAddressesCostsTheDatabaseLittle(t *testing.T) {
	t.Parallel()
	in := newIntake(t)

	for i := range 5_000 {
		if _, err := in.send(with(signed(`{}`), func(r *receive.Request) {
			r.Key, r.Remote = fmt.Sprint("guess", i), netip.MustParseAddr("10.0.0.1")
		})); cause(err) != "unknown" {
			t.Fatalf("got %v", err)
		}
	}
	_, err := in.send(signed(`{}`))

	if err != nil || in.memory.lookups > 100 {
		t.Errorf("%v after %d lookups", err, in.memory.lookups)
	}
}

func TestRateLimitIsSharedByTheNodes(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Rules.RateLimit = 10 })
	in.Among(2)
	taken := 0

	for range 100 { // prove nothing and use nothing up
		_, _ = in.send(with(signed(`{}`), func(r *receive.Request) { r.Body = []byte("x") }))
	}
	for i := range 20 {
		_, err := in.send(signed(fmt.Sprintf(`{"n":%d}`, i)))
		if err == nil {
			taken++
		} else if cause(err) != "rate_limit" {
			t.Fatal(err)
		}
	}
	in.pass(time.Second)
	_, err := in.send(signed(`{"n":21}`))

	if taken != 5 || err != nil {
		t.Errorf("took %d, and then %v", taken, err)
	}
}

func TestChangeOfASourceIsSeenByTheNextRequest(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	_, err := in.send(signed(`{"n":1}`))
	check(t, err)
	s := in.source
	s.URLHash = directory.KeyHash("new")
	s.Rules.Former = []hook.FormerURL{{Hash: in.source.URLHash[:], ExpiresAt: noon().Add(time.Hour)}}
	in.put(s)
	in.SourceChanged(s.Key)

	_, fresh := in.send(with(signed(`{"n":2}`), func(r *receive.Request) { r.Key = "new" }))
	_, former := in.send(signed(`{"n":3}`))
	in.pass(time.Hour)
	_, over := in.send(signed(`{"n":4}`))
	in.memory.mu.Lock()
	delete(in.memory.sources, s.Key)
	in.memory.mu.Unlock()
	in.SourceChanged(s.Key)
	_, gone := in.send(with(signed(`{"n":5}`), func(r *receive.Request) { r.Key = "new" }))

	if fresh != nil || former != nil || cause(over) != "unknown" || cause(gone) != "unknown" {
		t.Errorf("got %v, %v, %v and %v", fresh, former, over, gone)
	}
}

func TestSourcesFollowTheirApplication(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	_, err := in.send(signed(`{"n":1}`))
	check(t, err)
	s := in.source
	s.Disabled = true
	in.put(s)
	in.ApplicationChanged(s.ApplicationKey)

	_, disabled := in.send(signed(`{"n":2}`))
	in.memory.mu.Lock()
	clear(in.memory.sources)
	in.memory.mu.Unlock()
	in.ApplicationChanged(s.ApplicationKey)
	_, gone := in.send(signed(`{"n":3}`))

	if cause(disabled) != "disabled" || cause(gone) != "unknown" {
		t.Errorf("got %v and %v", disabled, gone)
	}
}

func TestSourceThatAnotherNodeMadeIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	_, err := in.send(signed(`{"n":1}`))
	check(t, err)

	in.add(t, "made elsewhere")
	_, err = in.send(with(signed(`{"n":2}`), func(r *receive.Request) { r.Key = "made elsewhere" }))

	check(t, err)
}

func TestAnswerIsTheOneThatTheOwnerChoseAndHarmless(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) {
		s.Rules.Answer = hook.Answer{Status: 202, ContentType: "text/html", Body: "<script>alert(1)</script>"}
	})

	answer, err := in.send(signed(`{}`))
	check(t, err)

	if answer.Status != 202 || answer.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("got %+v", answer)
	}
}

func TestHandshakeIsAnsweredAndNotStored(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Provider = "slack" })
	body := `{"type":"url_verification","challenge":"3eZbrw1a"}`
	r := slackSigned(body)

	answer, err := in.send(r)
	check(t, err)
	_, forged := in.send(with(slackSigned(body), func(r *receive.Request) { r.Header["X-Slack-Signature"] = []string{"v0=00"} }))

	if string(answer.Body) != "3eZbrw1a" || len(in.memory.stored()) != 0 || kindOf(forged) != fault.Unauthenticated {
		t.Errorf("got %q and %v, stored %d", answer.Body, forged, len(in.memory.stored()))
	}
}

func TestRefusalNamesTheRuleOfTheSourceOrTheMissingChallenge(t *testing.T) {
	t.Parallel()
	text := with(signed(`{}`), func(r *receive.Request) { r.Header["Content-Type"] = []string{"text/html"} })
	get := with(signed(``), func(r *receive.Request) { r.Method = "GET" })
	for want, c := range map[string]struct {
		change func(*hook.Source)
		send   *receive.Request
	}{
		"This source accepts application/json only (contentTypes).": {
			func(s *hook.Source) { s.Rules.ContentTypes = []string{"application/json"} }, text,
		},
		"This source accepts GET for challenges only, and this request has no query parameter c, or another value there.": {
			func(s *hook.Source) {
				s.Provider, s.Secrets = "none", nil
				s.Options = map[string]string{"challenge_method": "GET", "challenge_echo": "query:c", "challenge_from": "anyone"}
			}, get,
		},
	} {
		_, err := newIntake(t, c.change).send(c.send)

		if err == nil || err.Error() != want || kindOf(err) != fault.Unsupported {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
