package all_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func twilioSample() sample {
	return sample{
		provider: "twilio", secret: "12345678901234567890123456789012", foreign: "22345678901234567890123456789012",
		contentType: "application/x-www-form-urlencoded",
		body:        "To=%2B18005551212&Empty=&MessageSid=SM1&Body=a+b%20c&MessageStatus=delivered",
		sign: func(s signing) {
			s.Header.Set("X-Twilio-Signature", base1(s.secret, s.URL(),
				"Bodya b c", "Empty", "MessageSidSM1", "MessageStatusdelivered", "To+18005551212"))
		},
		id: "65237479791f179011abececeb6fad26970712b00395d5dfb21b27fece1a1f33", kind: "delivered",
	}
}

func twilioJSONSample() sample {
	s := twilioSample()
	s.contentType, s.body = "application/json", `{"a":1}`
	digest := sha256.Sum256([]byte(s.body))
	s.query = "bodySHA256=" + hex.EncodeToString(digest[:])
	s.sign = func(g signing) { g.Header.Set("X-Twilio-Signature", base1(g.secret, g.URL())) }
	s.id, s.kind = "e9f0f2ab6c8940d7c5a39ee9463b92ed52e09bbfe773e8cf98b4dc8087b55c0d", ""
	return s
}

// S14: behind a proxy either spelling of the port is in use.
func TestTwilioAddressIsTakenWithAndWithoutPort(t *testing.T) {
	t.Parallel()
	s := twilioJSONSample()
	p := s.declared(t)

	for _, address := range []string{"https://hooks.example.com:443/in/src_2abc", "https://hooks.example.com/in/src_2abc"} {
		for _, configured := range []string{"https://hooks.example.com:443/in/src_2abc", "https://hooks.example.com/in/src_2abc"} {
			r := s.unsigned()
			r.PublicURL = address
			s.sign(signing{&r, s.secret, ""})
			r.PublicURL = configured

			_, err := p.Judge(t.Context(), &provider.Check{Request: r, Secrets: []provider.Secret{provider.Secret(s.secret)}})
			if err != nil {
				t.Errorf("signed for %s, configured %s: %v", address, configured, err)
			}
		}
	}
}
