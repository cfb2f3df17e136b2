package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPublishAnswersWithTheMessageAndKeepsItsBytes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")
	const payload = `{ "b":1.00, "a": "\u00e9\/ü\ud800" ,"a":null}`

	got := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg/",
		`{"eventType":"user.created","eventId":"e1","channels":["c1","c2"],"payload": `+payload+` }`)

	if !strings.Contains(got.text, `"payload":`+payload) || got.str("eventId") != "e1" || got.str("timestamp") == "" {
		t.Errorf("got %s", got.text)
	}
	list := s.must(http.StatusOK, "GET", "/api/v1/app/"+app+"/msg", "").data()
	if len(list) != 1 || list[0]["id"] != got.str("id") {
		t.Errorf("listed %v", list)
	}
}

func TestPublishLeavesThePayloadOutWhenAsked(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	got := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg?with_content=false", `{"eventType":"x","payload":{"a":1}}`)

	if !strings.Contains(got.text, `"payload":{}`) {
		t.Errorf("got %s", got.text)
	}
	if wrong := s.call("POST", "/api/v1/app/a/msg?with_content=perhaps", `{"eventType":"x","payload":{}}`); wrong.status != 422 {
		t.Errorf("perhaps: got %d", wrong.status)
	}
}

func TestPublishCreatesTheApplicationThatComesAlong(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const body = `{"eventType":"x","payload":{},"application":{"name":"New","throttleRate":5}}`

	s.must(http.StatusAccepted, "POST", "/api/v1/app/fresh/msg", body)
	s.must(http.StatusAccepted, "POST", "/api/v1/app/fresh/msg", body)

	if got := s.must(http.StatusOK, "GET", "/api/v1/app/fresh", ""); got.str("name") != "New" {
		t.Errorf("got %s", got.text)
	}
}

func TestPublishRefusesWhatIsNoMessage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no JSON":                {`{"eventType":"x"`, 400, "malformed_json"},
		"two values":             {`{"eventType":"x","payload":{}} {}`, 400, "malformed_json"},
		"no body":                {``, 400, "malformed_json"},
		"a list":                 {`[]`, 422, `["body"]`},
		"payload is a list":      {`{"eventType":"x","payload":[]}`, 422, `["body","payload"]`},
		"payload is null":        {`{"eventType":"x","payload":null}`, 422, `["body","payload"]`},
		"no payload":             {`{"eventType":"x"}`, 422, `["body","payload"]`},
		"no event type":          {`{"payload":{}}`, 422, `["body","eventType"]`},
		"event type is a number": {`{"eventType":1,"payload":{}}`, 422, `["body","eventType"]`},
		"unknown field":          {`{"eventType":"x","payload":{},"deliverAt":"now"}`, 422, `["body","deliverAt"]`},
		"retention too short":    {`{"eventType":"x","payload":{},"payloadRetentionPeriod":0}`, 422, `["body","payloadRetentionPeriod"]`},
		"retention not whole":    {`{"eventType":"x","payload":{},"payloadRetentionPeriod":5.5}`, 422, `["body","payloadRetentionPeriod"]`},
		"retention huge":         {`{"eventType":"x","payload":{},"payloadRetentionPeriod":1e300}`, 422, `["body","payloadRetentionPeriod"]`},
		"no channels":            {`{"eventType":"x","payload":{},"channels":[]}`, 422, `["body","channels"]`},
		"retention hours":        {`{"eventType":"x","payload":{},"payloadRetentionHours":2161}`, 422, `["body","payloadRetentionHours"]`},
		"retention twice":        {`{"eventType":"x","payload":{},"payloadRetentionPeriod":5,"payloadRetentionHours":5}`, 422, `["body","payloadRetentionHours"]`},
		"six tags":               {`{"eventType":"x","payload":{},"tags":["a","b","c","d","e","f"]}`, 422, `["body","tags"]`},
		"a tag twice":            {`{"eventType":"x","payload":{},"tags":["a","a"]}`, 422, `["body","tags"]`},
		"a space in a tag":       {`{"eventType":"x","payload":{},"tags":["a b"]}`, 422, `["body","tags"]`},
		"tags as text":           {`{"eventType":"x","payload":{},"tags":"a"}`, 422, `["body","tags"]`},
		"eleven channels":        {`{"eventType":"x","payload":{},"channels":["a","b","c","d","e","f","g","h","i","j","k"]}`, 422, `["body","channels"]`},
		"a channel twice":        {`{"eventType":"x","payload":{},"channels":["a","a"]}`, 422, `["body","channels"]`},
		"channel is a number":    {`{"eventType":"x","payload":{},"channels":[1]}`, 422, `["body","channels"]`},
		"application is a text":  {`{"eventType":"x","payload":{},"application":"x"}`, 422, `["body","application"]`},
		"application field":      {`{"eventType":"x","payload":{},"application":{"name":"n","metadata":{"k":[]}}}`, 422, `["body","application","metadata","k"]`},
		"application without":    {`{"eventType":"x","payload":{},"application":{}}`, 422, `["body","application","name"]`},
		"other uid":              {`{"eventType":"x","payload":{},"application":{"name":"n","uid":"b"}}`, 422, `["body","application","uid"]`},
	} {
		got := s.call("POST", "/api/v1/app/a/msg", c.body)

		if got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: got %d %s", name, got.status, got.text)
		}
	}
}

func TestOfADoubledKeyOfTheEnvelopeTheLastOneCounts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	got := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg",
		`{"eventType":"first","payload":{"n":1},"eventType":"last","payload":{"n":2,"n":3}}`)

	if got.str("eventType") != "last" || !strings.Contains(got.text, `"payload":{"n":2,"n":3}`) {
		t.Errorf("got %s", got.text)
	}
}

func TestRepeatedPublishReturnsTheFirstMessage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const path, body = "/api/v1/app/a/msg", `{"eventType":"x","payload":{"n":1}}`

	first := s.must(http.StatusAccepted, "POST", path, body, "Idempotency-Key", "k")
	again := s.must(http.StatusAccepted, "POST", path, body, "Idempotency-Key", "k")
	other := s.call("POST", path, `{"eventType":"x","payload":{"n":2}}`, "Idempotency-Key", "k")

	if again.text != first.text {
		t.Errorf("got %s and then %s", first.text, again.text)
	}
	if other.status != http.StatusConflict || other.str("code") == "" {
		t.Errorf("another body: got %d %s", other.status, other.text)
	}
}

func TestRepeatedEventIDIsAConflict(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const body = `{"eventType":"x","eventId":"e","payload":{}}`

	s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", body)
	got := s.call("POST", "/api/v1/app/a/msg", body)

	if got.status != http.StatusConflict {
		t.Errorf("got %d %s", got.status, got.text)
	}
}

func TestPublishToAMissingApplicationIsNotFound(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	got := s.call("POST", "/api/v1/app/nobody/msg", `{"eventType":"x","payload":{}}`)

	if got.status != http.StatusNotFound || got.str("detail") == "" {
		t.Errorf("got %d %s", got.status, got.text)
	}
}

func TestPublishSaysTheTimeThatIsReadLater(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	told := s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{}}`)
	read := s.must(200, "GET", "/api/v1/app/a/msg/"+told.str("id"), "")

	if told.str("timestamp") != read.str("timestamp") || told.str("timestamp") == "" {
		t.Errorf("told %s, read %s", told.text, read.text)
	}
}

// RFC 8259, section 8.1, lets a reader ignore it.
func TestByteOrderMarkBeforeABodyIsIgnored(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const mark = "\ufeff"
	s.must(http.StatusCreated, "POST", "/api/v1/app", mark+`{"name":"n","uid":"a"}`)

	got := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", mark+`{"eventType":"x","payload":{"a" :1}}`)

	if !strings.Contains(got.text, `"payload":{"a" :1}`) {
		t.Errorf("got %s", got.text)
	}
}
