package all_test

import (
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func oktaSample() sample {
	return sample{
		provider: "okta", secret: "okta-word-1", foreign: "okta-word-2",
		body: `{"eventId":"b5a188b9-5ece-4636-b041-482ffda96311","data":{"events":[` +
			`{"uuid":"f790999f-fe87","eventType":"user.session.start","published":"2026-03-01T11:59:58.777Z"},` +
			`{"uuid":"a110999f-fe87","eventType":"user.session.end","published":"2026-03-01T11:59:59.777Z"}]}}`,
		sign: func(s signing) { s.Header.Set("Authorization", s.secret) },
		id:   `["f790999f-fe87","a110999f-fe87"]`, kind: "user.session.start",
		handshakes: map[string]handshake{
			"one-time verification": {want: `{"verification":"c-123"}`, request: func(s sample, challenge string) *provider.Check {
				s.method, s.body = http.MethodGet, ""
				c := s.signed(s.secret, "")
				c.Request.Header.Set("X-Okta-Verification-Challenge", challenge)
				return c
			}},
		},
	}
}

// A batch without ids must not be one event with every other batch without ids.
func TestBatchesWithoutIDsAreTwoEvents(t *testing.T) {
	t.Parallel()
	one, other := oktaSample(), oktaSample()
	one.body, other.body = `{"data":{"events":[]},"eventId":"1"}`, `{"data":{"events":[]},"eventId":"2"}`

	a, err := one.declared(t).Judge(t.Context(), one.good(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := other.declared(t).Judge(t.Context(), other.good(t))
	if err != nil {
		t.Fatal(err)
	}

	if a.Key == b.Key || a.ID != "" {
		t.Errorf("%q, %q, id %q", a.Key, b.Key, a.ID)
	}
}
