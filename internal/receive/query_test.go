package receive_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/receive"
)

// getting makes a source accept requests by GET without a proof.
func getting(s *hook.Source) {
	s.Provider, s.Secrets, s.Rules.Methods = "none", nil, []string{"GET", "POST"}
	s.Rules.ContentTypes = []string{"application/json"}
}

// byGET is a request that has nothing but a query.
func byGET(query string) *receive.Request {
	return with(signed(""), func(r *receive.Request) {
		r.Method, r.Query, r.Body = "GET", query, nil
		r.Header = map[string][]string{}
	})
}

func TestParametersArePayloadWhereThereIsNoBody(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"event=paid&id=7":            `{"event":"paid","id":"7"}`,
		"a=1&b=2&a=%33&c":            `{"a":["1","3"],"b":"2","c":""}`,
		"a=%zz&b=1;2&c+d=e%20f":      `{"a":"%zz","b":"1;2","c d":"e f"}`,
		"a=1&token=hidden&key=x":     `{"a":"1","key":"[redacted]","token":"[redacted]"}`,
		"n=caf\xc3\xa9&m=%C3%A9<>&":  `{"m":"é<>","n":"café"}`,
		strings.Repeat("a&", 10_001): `{"contentType":"","body":""}`,
	} {
		in := newIntake(t, getting)
		in.start(t)

		c := in.after(t, byGET(query))

		if got := string(in.press.made()[0].Payload); got != want || c.Status != hook.IntakeDone {
			t.Errorf("%.40q: got %s, %+v", query, got, c)
		}
	}
}

func TestHeadersDoNotDisplaceTheQuery(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { getting(s); s.Rules.Forward.Headers = []string{"*"} })
	in.start(t)

	in.after(t, with(signed(`{}`), func(r *receive.Request) {
		r.Query = "a=1"
		for _, name := range []string{"A", "B", "C", "D", "E"} { // more than go along, and all before the query by name
			r.Header[name] = []string{strings.Repeat("x", hook.MaxCarriedValue-1)}
		}
	}))

	got := in.press.made()[0].Carried.Headers
	if !slices.Equal(got["Posthorn-Query"], []string{"a=1"}) || got["A"] == nil || got["E"] != nil {
		t.Errorf("%d headers are carried, and the query %q", len(got), got["Posthorn-Query"])
	}
}

func TestContentTypeIsJudgedOnlyWhereThereIsABody(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"", "text/plain"} {
		in := newIntake(t, getting)
		r := byGET("a=1")
		if contentType != "" {
			r.Header["Content-Type"] = []string{contentType}
		}
		_, err := in.send(r)
		check(t, err)
		r.Body = []byte("a")
		if _, err := in.send(r); cause(err) != "wrong_content_type" {
			t.Errorf("%q: with a body got %v", contentType, err)
		}
	}
}

func TestQueryTellsUnsignedRequestsWithoutABodyApart(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { getting(s); s.Rules.Dedupe.By = receive.DedupeByBody })

	for _, query := range []string{"n=1", "n=2", "n=1"} {
		_, err := in.send(byGET(query))
		check(t, err)
	}

	var stored []string
	for _, r := range in.memory.stored() {
		stored = append(stored, r.Query)
	}
	if !slices.Equal(stored, []string{"n=1", "n=2"}) {
		t.Errorf("stored %q", stored)
	}
}

// The signature of GitHub covers the body alone.
func TestQueryThatIsNotSignedMakesNoOtherEventOfASignedRequest(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Rules.Dedupe.By = receive.DedupeByBody })

	for _, query := range []string{"n=1", "n=2"} {
		_, err := in.send(with(signed(""), func(r *receive.Request) { r.Query = query }))
		check(t, err)
	}

	if got := len(in.memory.stored()); got != 1 {
		t.Errorf("stored %d webhooks, want 1", got)
	}
}

func TestIDTypeAndDedupeMayComeFromTheQuery(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) {
		getting(s)
		s.Options = map[string]string{"id_query": "id", "type_query": "event"}
		s.Rules.Dedupe.By = "query:order"
	})

	for _, query := range []string{"event=order.paid&id=e-1&order=7", "event=order.paid&id=e-2&order=7", "event=order.sent&id=null&order=8"} {
		_, err := in.send(byGET(query))
		check(t, err)
	}

	var got []string
	for _, r := range in.memory.stored() {
		got = append(got, r.EventType+" "+r.EventID)
	}
	if !slices.Equal(got, []string{"order.paid e-1", "order.sent "}) {
		t.Errorf("got %q", got)
	}
}
