package all_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func netlifySample() sample {
	return sample{
		provider: "netlify", secret: "nf-secret-1", foreign: "nf-secret-2",
		body: `{"id":"5ebc34bf4fea0b01f02efa3a","site_id":"fa4dd95a","state":"ready","updated_at":"2026-03-01T11:59:58.738Z"}`,
		sign: func(s signing) { netlifySigned(s, "netlify") },
		kind: "deploy_created",
	}
}

func netlifySigned(s signing, issuer string) {
	digest := sha256.Sum256(s.Body)
	claims := `{"iss":"` + issuer + `","sha256":"` + hex.EncodeToString(digest[:]) + `"}`
	s.Header.Set("X-Netlify-Event", "deploy_created")
	s.Header.Set("X-Webhook-Signature", signedToken("HS256", claims, []byte(s.secret)))
}

func TestNetlifyTokensAreNetlifys(t *testing.T) {
	t.Parallel()
	s := netlifySample()
	s.sign = func(g signing) { netlifySigned(g, "somebody") }

	if _, err := s.declared(t).Judge(t.Context(), s.good(t)); !errors.Is(err, provider.WrongClaim) {
		t.Error(err)
	}
}
