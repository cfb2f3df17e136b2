package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRawPayloadIsKeptByteForByteUnderItsContentType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for name, c := range map[string]struct{ params, payload, contentType string }{
		"an object":                     {`{"rawPayload":"{\"b\": 1.00, \"a\":2}"}`, `{"b": 1.00, "a":2}`, ""},
		"an object without escapes":     {`{"rawPayload":"{ }"}`, `{ }`, ""},
		"an object, default type":       {`{"rawPayload":"{ }","headers":{"content-type":"application/json"}}`, `{ }`, ""},
		"an object of another type":     {`{"rawPayload":"{ }","headers":{"Content-Type":"application/vnd.acme+json"}}`, `{ }`, "application/vnd.acme+json"},
		"a list":                        {`{"rawPayload":"[1, 2]"}`, `{"body":[1, 2]}`, ""},
		"text":                          {`{"rawPayload":"a\tb <é>","headers":{"content-type":"text/plain; charset=\"utf-8\""}}`, `{"body":"a\tb <é>"}`, `text/plain; charset="utf-8"`},
		"text of the default type":      {`{"rawPayload":"{hello"}`, `{"body":"{hello"}`, "application/json"},
		"a list of another type":        {`{"rawPayload":"[1, 2]","headers":{"content-type":"text/csv"}}`, `{"body":[1, 2]}`, "text/csv"},
		"a type alone":                  {`{"headers":{"content-type":"application/vnd.acme+json"}}`, `{"ignored": 1}`, "application/vnd.acme+json"},
		"nothing asked for":             {`{}`, `{"ignored": 1}`, ""},
		"nothing asked for, with nulls": {`{"rawPayload":null,"headers":null}`, `{"ignored": 1}`, ""},
		"no type":                       {`{"rawPayload":"{ }","headers":{"content-type":null}}`, `{ }`, ""},
		"the last of two":               {`{"rawPayload":"{ }","rawPayload":"{  }"}`, `{  }`, ""},
		"escaped names":                 {`{"raw\u0050ayload":"{ }"}`, `{ }`, ""},
	} {
		published := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg",
			`{"eventType":"x","payload":{"ignored": 1},"transformationsParams":`+c.params+`}`)
		read := s.must(http.StatusOK, "GET", "/api/v1/app/a/msg/"+published.str("id"), "")

		if !strings.Contains(published.text, `"payload":`+c.payload) {
			t.Errorf("%s: %s", name, published.text)
		}
		for what, got := range map[string]answer{"published": published, "read": read} {
			if diff := cmp.Diff(object(t, c.payload), got.body["payload"]); diff != "" {
				t.Errorf("%s, %s: got (+), want (-):\n%s", name, what, diff)
			}
			if given, there := got.body["contentType"]; there != (c.contentType != "") || there && given != c.contentType {
				t.Errorf("%s, %s: content type %v, want %q", name, what, given, c.contentType)
			}
		}
	}
	s.must(http.StatusOK, "GET", "/api/v1/app/a/msg", "")
}

func object(t *testing.T, text string) any {
	t.Helper()
	var value any
	check(t, json.Unmarshal([]byte(text), &value))
	return value
}

func TestRawPayloadOutOfItsFormIsRefusedByName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for params, at := range map[string]string{
		`false`:                        `["body","transformationsParams"]`,
		`[]`:                           `["body","transformationsParams"]`,
		`5`:                            `["body","transformationsParams"]`,
		`["rawPayload"]`:               `["body","transformationsParams"]`,
		`{"rawPayload":5}`:             `["body","transformationsParams","rawPayload"]`,
		`{"rawPayload":{}}`:            `["body","transformationsParams","rawPayload"]`,
		`{"rawPayload":""}`:            `["body","transformationsParams","rawPayload"]`,
		`{"rawPayload":"x","other":1}`: `["body","transformationsParams","other"]`,
		`{"headers":[["content-type","text/csv"]]}`:                         `["body","transformationsParams","headers"]`,
		`{"headers":{"x-other":"1"}}`:                                       `["body","transformationsParams","headers","x-other"]`,
		`{"headers":{"content-type":5}}`:                                    `["body","transformationsParams","headers","content-type"]`,
		`{"headers":{"content-type":"text"}}`:                               `["body","transformationsParams","headers","content-type"]`,
		`{"headers":{"content-type":"a/b\r\nX: y"}}`:                        `["body","transformationsParams","headers","content-type"]`,
		`{"headers":{"content-type":"a/` + strings.Repeat("b", 255) + `"}}`: `["body","transformationsParams","headers","content-type"]`,
	} {
		got := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{},"transformationsParams":`+params+`}`)

		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, at) {
			t.Errorf("%s: got %d %s", params, got.status, got.text)
		}
	}
}

func TestRawPayloadIsCheckedAgainstAnEnforcedSchema(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.must(http.StatusCreated, "POST", "/api/v1/event-type",
		`{"name":"x","description":"x","schemas":{"1":{"type":"object","required":["n"]}},"enforceSchema":true}`)
	for raw, want := range map[string]int{`{\"n\":1}`: http.StatusAccepted, `{}`: http.StatusUnprocessableEntity, `n=1`: http.StatusUnprocessableEntity} {
		got := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"n":1},"transformationsParams":{"rawPayload":"`+raw+`"}}`)

		if got.status != want || want == http.StatusUnprocessableEntity && !strings.Contains(got.text, "schema_mismatch") {
			t.Errorf("%s: got %d %s", raw, got.status, got.text)
		}
	}
}

func TestStrictCallersGetNoContentType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const body = `{"eventType":"x","payload":{},"transformationsParams":{"rawPayload":"x","headers":{"content-type":"text/plain"}}}`

	published := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg", body, "User-Agent", "svix-libs/1.44.0/java")
	read := s.must(http.StatusOK, "GET", "/api/v1/app/a/msg/"+published.str("id"), "", "User-Agent", "svix-libs/1.44.0/java")

	for _, got := range []answer{published, read} {
		if strings.Contains(got.text, "contentType") || !strings.Contains(got.text, `"payload":{"body":"x"}`) {
			t.Errorf("got %s", got.text)
		}
	}
}
