package all_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

func aspNetBoilerplateSample() sample {
	return sample{
		provider: "aspnet-boilerplate", secret: "whs_6f6e6ba1c2c44be9a3d1b0c1c2d3e4f5", foreign: "whs_00000000000000000000000000000000",
		body: `{"Id":"5f3f0b1c-0e7d-4c43-8a17-3c7c1c1a2b3d","WebhookEvent":"App.NewUserRegistered","Attempt":1,"Data":{"UserName":"jürgen"}}`,
		sign: func(s signing) {
			digits := fmt.Sprintf("% X", mac(sha256.New, s.secret, s.text()))
			s.Header.Set("abp-webhook-signature", "sha256="+strings.ReplaceAll(digits, " ", "-"))
		},
		id: "5f3f0b1c-0e7d-4c43-8a17-3c7c1c1a2b3d", kind: "App.NewUserRegistered",
	}
}

// An application that sends its own data has the id of an order in it, not of an event.
func TestAspNetBoilerplateEntityIsNoEvent(t *testing.T) {
	t.Parallel()
	s := aspNetBoilerplateSample()
	p := s.declared(t)
	s.body = `{"Id":7,"Status":"open"}`
	opened := judged(t, p, s.good(t))
	s.body = `{"Id":7,"Status":"closed"}`
	closed := judged(t, p, s.good(t))

	if opened.ID != "" || opened.Key == closed.Key {
		t.Errorf("got the id %q, and the keys %q and %q", opened.ID, opened.Key, closed.Key)
	}
}

// Releases and applications write the envelope with other names. Each try counts up, so nothing but the id tells it.
func TestAspNetBoilerplateEnvelopeIsKnownByAllItsNames(t *testing.T) {
	t.Parallel()
	s := aspNetBoilerplateSample()
	p := s.declared(t)
	for _, body := range []string{
		`{"id":"e-1","webhookEvent":"order.closed","attempt":2,"data":{}}`,
		`{"Id":"e-1","Event":"order.closed","Attempt":1,"Data":{}}`,
		`{"id":"e-1","event":"order.closed","attempt":3,"data":{}}`,
	} {
		s.body = body
		if got := judged(t, p, s.good(t)); got.ID != "e-1" || got.Type != "order.closed" {
			t.Errorf("%s: got the id %q and the type %q", body, got.ID, got.Type)
		}
	}
}
