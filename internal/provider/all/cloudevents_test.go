package all_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func cloudEventsSample() sample {
	return sample{
		provider: "cloudevents", secret: "ce-token-1", foreign: "ce-token-2", contentType: "application/cloudevents+json",
		body: `{"specversion":"1.0","id":"A234-1234-1234","source":"/mycontext","type":"com.example.someevent","time":"2026-03-01T11:59:58Z"}`,
		sign: func(s signing) { s.Header.Set("Authorization", "Bearer "+s.secret) },
		id:   "/mycontext A234-1234-1234", kind: "com.example.someevent",
		handshakes: abuseProtectionSample(),
	}
}

// cloudEventsBinarySample has its attributes in headers and the token in the query.
func cloudEventsBinarySample() sample {
	s := cloudEventsSample()
	s.contentType, s.body = "text/plain", "hello"
	s.sign = func(g signing) {
		g.Query = "access_token=" + g.secret
		g.Header.Set("ce-id", "A234-1234-1234")
		g.Header.Set("ce-source", "/mycontext")
		g.Header.Set("ce-type", "com.example.someevent")
	}
	return s
}

func cloudEventsBatchSample() sample {
	s := cloudEventsSample()
	s.contentType = "application/cloudevents-batch+json"
	s.body, s.id = "["+s.body+"]", `["/mycontext"] ["A234-1234-1234"]`
	return s
}

func abuseProtectionSample() map[string]handshake {
	return map[string]handshake{
		"abuse protection": {want: "WebHook-Allowed-Origin: c-123", request: func(s sample, challenge string) *provider.Check {
			s.method, s.body = http.MethodOptions, ""
			c := s.signed(s.secret, "")
			c.Request.Header.Set("WebHook-Request-Origin", challenge)
			c.Request.Header.Set("WebHook-Request-Rate", "120")
			return c
		}},
	}
}

func TestCloudEventsSenderIsToldTheRate(t *testing.T) {
	t.Parallel()
	s := cloudEventsSample()

	got, err := s.declared(t).Judge(t.Context(), s.handshakes["abuse protection"].request(s, "eventemitter.example.com"))

	if err != nil || got.Reply == nil {
		t.Fatal(got, err)
	}
	h := got.Reply.Header
	if h["WebHook-Allowed-Origin"] != "eventemitter.example.com" || h["WebHook-Allowed-Rate"] != "*" || h["Allow"] != "POST" || len(got.Reply.Body) > 0 {
		t.Errorf("%+v", got.Reply)
	}
}

// An OPTIONS request that does not ask is none of ours (S22).
func TestCloudEventsOptionsWithoutAnOriginAreRefused(t *testing.T) {
	t.Parallel()
	s := cloudEventsSample()
	c := s.handshakes["abuse protection"].request(s, "a")
	c.Request.Header.Del("WebHook-Request-Origin")

	if _, err := s.declared(t).Judge(t.Context(), c); !errors.Is(err, provider.WrongMethod) {
		t.Error(err)
	}
}

func TestCloudEventsTokenStandsInOnePlaceOnly(t *testing.T) {
	t.Parallel()
	s := cloudEventsSample()
	c := s.good(t)
	c.Request.Query = "access_token=" + s.secret
	basic := s.good(t)
	basic.Request.Header.Set("Authorization", "Basic "+s.secret)

	if _, err := s.declared(t).Judge(t.Context(), c); !errors.Is(err, provider.Repeated) {
		t.Error(err)
	}
	if _, err := s.declared(t).Judge(t.Context(), basic); !errors.Is(err, provider.Malformed) {
		t.Error(err)
	}
}
