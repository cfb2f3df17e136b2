package all_test

import "testing"

func linearSample() sample {
	return sample{
		provider: "linear", secret: "lin_wh_1", foreign: "lin_wh_2", body: `{}`, stampIsJSON: true,
		sign: func(s signing) {
			s.Body = []byte(`{"action":"create","type":"Issue","createdAt":"2026-03-01T11:59:58.000Z","data":{"id":"2174add1-f7c8"},"webhookTimestamp":` + s.stamp + `,"webhookId":"000042e3"}`)
			s.Header.Set("Linear-Delivery", "234d1a4e-b617")
			s.Header.Set("Linear-Signature", hex256(s.secret, s.text()))
		},
		id: "Issue create 2174add1-f7c8 2026-03-01T11:59:58.000Z", kind: "Issue.create",
	}
}

// C62: the next attempt has another timestamp in its body.
func TestLinearRetryIsTheSameEvent(t *testing.T) {
	t.Parallel()
	s := linearSample()

	a, err := s.declared(t).Judge(t.Context(), s.signed(s.secret, "1772366400000"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.declared(t).Judge(t.Context(), s.signed(s.secret, "1772366410000"))

	if err != nil || a.Key != b.Key {
		t.Errorf("%q, %q: %v", a.Key, b.Key, err)
	}
}
