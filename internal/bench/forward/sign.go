package forward

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Sign returns the Standard Webhooks signature of a message (version 1.0.0, "Signature scheme"): the
// base64 of an HMAC-SHA256 over id, time stamp and body, joined by dots.
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verifier returns a check of received requests: whether one of their signatures is that of secret.
func Verifier(secret []byte) func(id, timestamp, signatures string, body []byte) bool {
	return func(id, timestamp, signatures string, body []byte) bool {
		want := Sign(secret, id, timestamp, body)
		for got := range strings.FieldsSeq(signatures) {
			if hmac.Equal([]byte(got), []byte(want)) {
				return true
			}
		}
		return false
	}
}
