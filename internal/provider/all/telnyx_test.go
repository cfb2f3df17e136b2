package all_test

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
)

func telnyxSample() sample {
	own, other := pairFor("EdDSA", "own"), pairFor("EdDSA", "other")
	keys := map[string]crypto.Signer{own.public: own.private.(crypto.Signer), other.public: other.private.(crypto.Signer)}
	return sample{
		provider: "telnyx", secret: own.public, foreign: other.public,
		body: `{"data":{"event_type":"message.received","id":"b301ed3f-1490","occurred_at":"2026-03-01T11:59:58.111Z","record_type":"event"}}`,
		sign: func(s signing) {
			sig := ed25519.Sign(keys[s.secret].(ed25519.PrivateKey), []byte(s.stamp+"|"+s.text()))
			s.Header.Set("Telnyx-Timestamp", s.stamp)
			s.Header.Set("Telnyx-Signature-Ed25519", base64.StdEncoding.EncodeToString(sig))
		},
		id: "b301ed3f-1490", kind: "message.received",
	}
}

// Some products send the event without data around it.
func telnyxBareSample() sample {
	s := telnyxSample()
	s.body = `{"event_type":"siprec.started","id":"7d743d69-f7e8","occurred_at":"2026-03-01T11:59:58.111Z","record_type":"event"}`
	s.id, s.kind = "7d743d69-f7e8", "siprec.started"
	return s
}
