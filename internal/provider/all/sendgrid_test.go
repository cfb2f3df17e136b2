package all_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

func sendgridSample() sample {
	own, other := pairFor("ES256", "own"), pairFor("ES256", "other")
	keys := map[string]crypto.Signer{own.public: own.private.(crypto.Signer), other.public: other.private.(crypto.Signer)}
	return sample{
		provider: "sendgrid", secret: own.public, foreign: other.public,
		body: `[{"email":"a@example.com","event":"delivered","sg_event_id":"e-1","timestamp":1772366398},{"event":"open","sg_event_id":"e-2"}]`,
		sign: func(s signing) {
			digest := sha256.Sum256([]byte(s.stamp + s.text()))
			sig, err := keys[s.secret].Sign(rand.Reader, digest[:], crypto.SHA256)
			if err != nil {
				panic(err) // the keys are made by the test
			}
			s.Header.Set("X-Twilio-Email-Event-Webhook-Timestamp", s.stamp)
			s.Header.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(sig))
		},
		id: `["e-1","e-2"]`, kind: "delivered",
	}
}
