package all_test

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

const googleCerts = "https://www.googleapis.com/oauth2/v3/certs"

func gcpPubSubSample() sample {
	return sample{
		provider: "gcp-pubsub", keys: documents{googleCerts: keySet(pairFor("RS256", "google"))}, stampIsJSON: true,
		options: provider.Options{"audience": publicURL, "service_account": "push@project.iam.gserviceaccount.com", "type_attribute": "event.type"},
		body: `{"message":{"attributes":{"event.type":"made"},"data":"SGVsbG8=","messageId":"2070443601311540","publishTime":"2026-03-01T11:59:58.749Z"},` +
			`"subscription":"projects/myproject/subscriptions/mysubscription"}`,
		sign: func(s signing) { pushed(s, googleClaims(s.stamp), "google") },
		id:   "2070443601311540", kind: "made",
	}
}

// gcpPubSubUnwrappedSample has the message for its body and the id in a header.
func gcpPubSubUnwrappedSample() sample {
	s := gcpPubSubSample()
	s.body, s.kind = "hello", ""
	s.sign = func(g signing) {
		pushed(g, googleClaims(g.stamp), "google")
		g.Header.Set("X-Goog-PubSub-Message-Id", "2070443601311540")
	}
	return s
}

func googleClaims(stamp string) string {
	return `{"aud":"` + publicURL + `","azp":"113774264463038321964","email":"push@project.iam.gserviceaccount.com","email_verified":true,` +
		`"exp":` + stamp + `,"iat":` + stamp + `,"iss":"https://accounts.google.com","sub":"113774264463038321964"}`
}

func pushed(s signing, claims, key string) {
	s.Header.Set("Authorization", "Bearer "+signedToken("RS256", claims, pairFor("RS256", key).private))
}

// keySet publishes an RSA key without an id.
func keySet(p pair) string {
	key, ok := p.private.(*rsa.PrivateKey)
	if !ok {
		panic("no RSA key")
	}
	encode := base64.RawURLEncoding.EncodeToString
	return `{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","n":"` + encode(key.N.Bytes()) + `","e":"` + encode(big.NewInt(int64(key.E)).Bytes()) + `"}]}`
}

// Everybody can have Google sign a token for our audience; the service account and the rest of the claims decide.
func TestPubSubTokensOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	good := googleClaims("1772366400")

	for name, claims := range map[string]string{
		"another account":   strings.Replace(good, "push@", "evil@", 1),
		"unverified":        strings.Replace(good, "true", "false", 1),
		"verified as text":  strings.Replace(good, "true", `"true"`, 1),
		"no account":        strings.Replace(good, `"email":`, `"mail":`, 1),
		"another audience":  strings.Replace(good, "src_2abc", "src_other", 1),
		"another issuer":    strings.Replace(good, "accounts.google.com", "accounts.example.com", 1),
		"without an expiry": strings.Replace(good, `"exp":`, `"xexp":`, 1),
	} {
		s := gcpPubSubSample()
		s.sign = func(g signing) { pushed(g, claims, "google") }
		if got, err := s.declared(t).Judge(t.Context(), s.good(t)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPubSubTokensOfAnotherKeyAreRefused(t *testing.T) {
	t.Parallel()
	s := gcpPubSubSample()
	s.sign = func(g signing) { pushed(g, googleClaims(g.stamp), "other") }

	if _, err := s.declared(t).Judge(t.Context(), s.good(t)); !errors.Is(err, provider.NoMatch) {
		t.Error(err)
	}
}

func TestPubSubWithoutAnAccountRefusesEverything(t *testing.T) {
	t.Parallel()
	s := gcpPubSubSample()
	s.options = provider.Options{"audience": publicURL}

	if _, err := s.declared(t).Judge(t.Context(), s.good(t)); !errors.Is(err, provider.BadOption) {
		t.Error(err)
	}
}
