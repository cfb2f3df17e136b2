package all_test

import "testing"

func personaSample() sample {
	return sample{
		provider: "persona", secret: "wbhsec_1", foreign: "wbhsec_2",
		body: `{"data":{"type":"event","id":"evt_1","attributes":{"name":"inquiry.completed","created-at":"2026-03-01T11:59:58.000Z"}}}`,
		sign: func(s signing) { s.Header.Set("Persona-Signature", personaSet(s, s.secret)) },
		id:   "evt_1", kind: "inquiry.completed",
	}
}

func personaRotatingSample() sample {
	s := personaSample()
	s.sign = func(g signing) {
		g.Header.Set("Persona-Signature", personaSet(g, "wbhsec_new")+" "+personaSet(g, g.secret))
	}
	return s
}

func personaSet(s signing, secret string) string {
	return "t=" + s.stamp + ",v1=" + hex256(secret, s.stamp, ".", s.text())
}

// Two sets in which the parts of one are mixed with those of the other prove nothing.
func TestPersonaSetsAreNotMixed(t *testing.T) {
	t.Parallel()
	s := personaSample()
	c := s.good(t)
	signed := c.Request.Header.Get("Persona-Signature")
	old := "t=1600000000,v1=" + hex256(s.secret, "1600000000", ".", s.body)

	for _, odd := range []string{old, "t=1772366400," + old[13:], old[13:] + " " + signed[:12], signed[:12] + " " + signed[13:], "t=1772366400 " + old} {
		c.Request.Header.Set("Persona-Signature", odd)
		if got, err := s.declared(t).Judge(t.Context(), c); err == nil {
			t.Errorf("%s: %+v", odd, got)
		}
	}
}
