package all_test

import (
	"crypto/ed25519"
	"encoding/hex"

	"github.com/posthorn/posthorn/internal/provider"
)

func discordSample() sample {
	own, private := discordPair(1)
	other, _ := discordPair(2)
	return sample{
		provider: "discord", secret: own, foreign: other,
		body: `{"version":1,"application_id":"1","type":1,"event":{"type":"ENTITLEMENT_CREATE","timestamp":"2026-03-01T11:59:58Z"}}`,
		sign: func(s signing) {
			key := private
			if s.secret == other {
				_, key = discordPair(2)
			}
			s.Header.Set("X-Signature-Timestamp", s.stamp)
			s.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, []byte(s.stamp+s.text()))))
		},
		kind: "ENTITLEMENT_CREATE",
		handshakes: map[string]handshake{
			"ping": {request: func(s sample, _ string) *provider.Check {
				s.body = `{"version":1,"application_id":"1","type":0}`
				return s.signed(s.secret, "1772366400")
			}},
		},
	}
}

// discordPair returns a public key as it is pasted and the private one.
func discordPair(seed byte) (string, ed25519.PrivateKey) {
	raw := make([]byte, ed25519.SeedSize)
	raw[0] = seed
	key := ed25519.NewKeyFromSeed(raw)
	return hex.EncodeToString(key[ed25519.SeedSize:]), key
}
