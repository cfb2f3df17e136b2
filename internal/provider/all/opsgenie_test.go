package all_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func opsgenieSample() sample {
	return sample{
		provider: "opsgenie", secret: "Bearer og-1", foreign: "Bearer og-2",
		body: `{"action":"Create","alert":{"alertId":"052652ac-5d1c-464a-812a-7dd18bbfba8c","message":"disk full"}}`,
		sign: func(s signing) { s.Header.Set("Authorization", s.secret) },
		kind: "Create",
	}
}

// Where an owner has chosen a header, the usual one proves nothing.
func TestOwnHeaderIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	s := opsgenieSample()
	s.options = provider.Options{"header": "X-Own"}
	c := s.good(t)

	if got, err := s.declared(t).Judge(t.Context(), c); err == nil {
		t.Errorf("accepted by the usual header: %+v", got)
	}

	c.Request.Header.Set("X-Own", s.secret)
	if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
		t.Error(err)
	}
}
