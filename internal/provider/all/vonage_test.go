package all_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func vonageSample() sample {
	return sample{
		provider: "vonage", secret: "signature-secret-of-32-characters", foreign: "another-secret-with-32-characters",
		body: `{"message_uuid":"aaaaaaaa-bbbb","status":"delivered","timestamp":"2026-03-01T11:59:58Z"}`, stampIsJSON: true,
		sign: func(s signing) {
			digest := sha256.Sum256(s.Body)
			claims := `{"iat":` + s.stamp + `,"jti":"1","iss":"Vonage","payload_hash":"` + hex.EncodeToString(digest[:]) + `","api_key":"a1b2c3d"}`
			s.Header.Set("Authorization", "Bearer "+signedToken("HS256", claims, []byte(s.secret)))
		},
		id: "aaaaaaaa-bbbb", kind: "delivered",
	}
}

// A token without the hash could be put on any body.
func TestVonageTokenMustNameTheBody(t *testing.T) {
	t.Parallel()
	s := vonageSample()
	c := s.good(t)
	c.Request.Header.Set("Authorization", "Bearer "+signedToken("HS256", `{"iss":"Vonage","iat":`+s.stampAt(t, noon())+`}`, []byte(s.secret)))

	if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
		t.Error("accepted")
	}
}
