package all_test

import (
	"errors"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func xeroSample() sample {
	return sample{
		provider: "xero", secret: "OSd0eLlVIY9ZhViEqlDUh4+6n6M+Lo==", foreign: "0Sd0eLlVIY9ZhViEqlDUh4+6n6M+Lo==",
		body: `{"events":[{"resourceId":"717f2bfc-c6d4-41fd-b238-3f2f0c0cf777","eventDateUtc":"2026-03-01T11:59:58.709Z",` +
			`"eventType":"UPDATE","eventCategory":"CONTACT"}],"lastEventSequence":1,"firstEventSequence":1,"entropy":"S0m3r4Nd0mt3xt"}`,
		sign: func(s signing) { s.Header.Set("X-Xero-Signature", base256(s.secret, s.text())) },
		kind: "CONTACT.UPDATE",
		handshakes: map[string]handshake{
			"intent to receive": {request: func(s sample, challenge string) *provider.Check {
				s.body = `{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":` + quote(challenge) + `}`
				return s.signed(s.secret, "")
			}},
		},
	}
}

// Xero asks with good and with bad signatures, and wants to see that we tell them apart.
func TestXeroIntentToReceiveIsAnsweredBySignature(t *testing.T) {
	t.Parallel()
	s := xeroSample()
	ask := s.handshakes["intent to receive"].request
	forged := ask(s, "a")
	forged.Request.Header.Set("X-Xero-Signature", base256(s.foreign, "a"))

	good, err := s.declared(t).Judge(t.Context(), ask(s, "a"))
	if err != nil || good.Reply == nil || good.Reply.Status != 200 || len(good.Reply.Body) > 0 {
		t.Errorf("%+v, %v", good.Reply, err)
	}
	if _, err := s.declared(t).Judge(t.Context(), forged); !errors.Is(err, provider.NoMatch) {
		t.Error(err)
	}
}
