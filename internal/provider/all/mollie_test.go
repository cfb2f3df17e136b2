package all_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func mollieSample() sample {
	return sample{
		provider: "mollie", secret: "mollie-1", foreign: "mollie-2",
		body: `{"resource":"event","id":"event_1","type":"payment-link.paid","createdAt":"2026-03-01T11:59:58.0Z"}`,
		sign: func(s signing) { s.Header.Set("X-Mollie-Signature", "sha256="+hex256(s.secret, s.text())) },
		id:   "event_1", kind: "payment-link.paid",
	}
}

func mollieClassicSample() sample {
	return sample{
		provider: "mollie-classic", contentType: "application/x-www-form-urlencoded", body: "id=tr_5B8cwPMGnU",
		sign: func(signing) {}, id: "tr_5B8cwPMGnU",
	}
}

// While a secret is being replaced, there are two headers of one name.
func TestMollieSignsTwiceDuringRotation(t *testing.T) {
	t.Parallel()
	s := mollieSample()
	c := s.good(t)
	c.Request.Header.Set("X-Mollie-Signature", "sha256="+hex256(s.foreign, s.body))
	c.Request.Header.Add("X-Mollie-Signature", "sha256="+hex256(s.secret, s.body))

	if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
		t.Error(err)
	}

	c.Request.Header.Del("X-Mollie-Signature")
	for range 40 {
		c.Request.Header.Add("X-Mollie-Signature", "sha256="+hex256(s.foreign, s.body))
	}
	if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
		t.Error("forty signatures are accepted")
	}
}

// The id is the same for every change of a payment.
func TestMollieClassicRecognisesNoRepetition(t *testing.T) {
	t.Parallel()
	s := mollieClassicSample()

	got, err := s.declared(t).Judge(t.Context(), &provider.Check{Request: s.unsigned()})

	if err != nil || got.Key != "" {
		t.Errorf("%q, %v", got.Key, err)
	}
}
