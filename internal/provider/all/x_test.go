package all_test

import (
	"net/url"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/provider"
)

func xSample() sample {
	return sample{
		provider: "x", secret: "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu", foreign: "another consumer secret",
		body: `{"for_user_id":"4337869213","tweet_create_events":[{"id_str":"1"}]}`,
		sign: func(s signing) { s.Header.Set("X-Twitter-Webhooks-Signature", "sha256="+base256(s.secret, s.text())) },
		kind: "tweet_create_events",
		handshakes: map[string]handshake{
			"challenge-response check": {request: xCheck, want: `"response_token":"sha256=`},
		},
	}
}

func xCheck(s sample, challenge string) *provider.Check {
	s.method, s.body, s.sign = "GET", "", func(signing) {}
	s.query = url.Values{"crc_token": {challenge}}.Encode()
	return s.signed("", "")
}

// Anyone may ask for the seal of a token, and webhooks are signed with the same secret.
func TestXAnswerToAStrangerSignsNoWebhook(t *testing.T) {
	t.Parallel()
	s := xSample()
	p := s.declared(t)

	for _, token := range []string{`{"for_user_id":"1","tweet_create_events":[]}`, "harmless", "[]", "1"} {
		answer, err := p.Judge(t.Context(), xCheck(s, token))
		if err != nil {
			continue
		}
		forged := s.unsigned()
		forged.Body = []byte(token)
		forged.Header.Set("X-Twitter-Webhooks-Signature", gjson.GetBytes(answer.Reply.Body, "response_token").String())

		_, err = p.Judge(t.Context(), &provider.Check{Request: forged, Secrets: []provider.Secret{provider.Secret(s.secret)}})
		if err == nil {
			t.Errorf("%s is taken for a webhook", token)
		}
	}
}
