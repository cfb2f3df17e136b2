package all_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func braintreeSample() sample {
	return sample{
		provider: "braintree", contentType: "application/x-www-form-urlencoded",
		secret: "integration_public_key:integration_private_key", foreign: "integration_public_key:another_private_key",
		body: `<notification><timestamp type="datetime">2026-03-01T11:59:58Z</timestamp><kind>subscription_canceled</kind></notification>`,
		sign: func(s signing) {
			payload := base64.StdEncoding.EncodeToString(s.Body) + "\n"
			s.Body = []byte(url.Values{"bt_payload": {payload}, "bt_signature": {braintreeSign(s.secret, payload)}}.Encode())
		},
		id: "5e2b97a3384e46674803298b799c99cfbcbd810580aea97e542fb84a16f307d5", kind: "subscription_canceled",
		handshakes: map[string]handshake{
			"verification": {request: braintreeCheck, want: "integration_public_key|"},
		},
	}
}

func braintreeSign(secret, text string) string {
	public, private, _ := strings.Cut(secret, ":")
	key := sha1.Sum([]byte(private))
	return public + "|" + hex1(string(key[:]), text)
}

func braintreeCheck(s sample, challenge string) *provider.Check {
	if challenge == "c-123" { // its challenges are hex
		challenge = "20f9f8ed05f77439fe955c977e4c8a53"
	}
	s.method, s.body, s.sign = "GET", "", func(signing) {}
	s.query = url.Values{"bt_challenge": {challenge}}.Encode()
	return s.signed("", "")
}

// Anyone may ask for the seal of a token, and webhooks are signed with the same key.
func TestBraintreeAnswerToAStrangerSignsNoWebhook(t *testing.T) {
	t.Parallel()
	s := braintreeSample()
	p := s.declared(t)

	for _, token := range []string{hex.EncodeToString([]byte("<a/>")), "PG5vdGlmaWNhdGlvbi8+", "abcd"} {
		answer, err := p.Judge(t.Context(), braintreeCheck(s, token))
		if err != nil {
			continue
		}
		forged := s.unsigned()
		forged.Body = []byte(url.Values{"bt_payload": {token}, "bt_signature": {string(answer.Reply.Body)}}.Encode())

		if _, err = p.Judge(t.Context(), &provider.Check{Request: forged, Secrets: []provider.Secret{provider.Secret(s.secret)}}); err == nil {
			t.Errorf("%s is taken for a webhook", token)
		}
	}
}
