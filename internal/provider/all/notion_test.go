package all_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func notionSample() sample {
	return sample{
		provider: "notion", secret: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl", foreign: "secret_aMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl",
		body: `{"id":"367cba44-b6f3","timestamp":"2026-03-01T11:59:58.000Z","type":"page.content_updated","attempt_number":1}`,
		sign: func(s signing) { s.Header.Set("X-Notion-Signature", "sha256="+hex256(s.secret, s.text())) },
		id:   "367cba44-b6f3", kind: "page.content_updated",
		handshakes: map[string]handshake{
			"verification token": {request: func(s sample, challenge string) *provider.Check {
				s.body = `{"verification_token":` + quote(challenge) + `}`
				return &provider.Check{Request: s.unsigned()}
			}},
		},
	}
}

func TestNotionTokenIsLearnt(t *testing.T) {
	t.Parallel()
	s := notionSample()

	got, err := s.declared(t).Judge(t.Context(), s.handshakes["verification token"].request(s, s.secret))

	if err != nil || got.Reply == nil || got.Reply.Learned.Reveal() != s.secret || len(got.Reply.Body) > 0 {
		t.Errorf("%+v, %v", got.Reply, err)
	}
}
