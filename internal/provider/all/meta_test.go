package all_test

import (
	"net/url"

	"github.com/posthorn/posthorn/internal/provider"
)

func metaSample() sample {
	return sample{
		provider: "meta", options: provider.Options{provider.TokenOption: "our word"}, secret: "app-secret-1", foreign: "app-secret-2",
		body: `{"object":"whatsapp_business_account","entry":[{"id":"1","time":1772366398,"changes":[{"field":"messages","value":{}}]}]}`,
		sign: func(s signing) {
			s.Header.Set("X-Hub-Signature", "sha1="+hex1(s.secret, s.text()))
			s.Header.Set("X-Hub-Signature-256", "sha256="+hex256(s.secret, s.text()))
		},
		kind: "whatsapp_business_account.messages",
		handshakes: map[string]handshake{
			"verification": {want: "c-123", request: func(s sample, challenge string) *provider.Check {
				s.method, s.body, s.sign = "GET", "", func(signing) {}
				s.query = url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {"our word"}, "hub.challenge": {challenge}}.Encode()
				return s.signed("", "")
			}},
		},
	}
}
