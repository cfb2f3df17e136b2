package all_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"github.com/posthorn/posthorn/internal/provider"
)

func apiKeySample() sample {
	return sample{
		provider: "api-key", options: provider.Options{"in": "header", "id_path": "id"}, secret: "key-1", foreign: "key-2",
		body: `{"id":"e1"}`, sign: func(s signing) { s.Header.Set("Authorization", "Bearer "+s.secret) }, id: "e1",
	}
}

func apiKeyQuerySample() sample {
	return sample{
		provider: "api-key", options: provider.Options{"in": "query", "name": "key", "type_header": "X-Kind"},
		secret: "key-1", foreign: "key-2", query: "a=b", body: `{}`,
		sign: func(s signing) {
			s.Query += "&key=" + s.secret
			s.Header.Set("X-Kind", "made")
		},
		kind: "made",
	}
}

// A key in the body is found in a form field or in a JSON member.
func apiKeyFormSample() sample {
	return sample{
		provider: "api-key", options: provider.Options{"in": "form", "name": "token"}, secret: "key-1", foreign: "key-2",
		contentType: "application/x-www-form-urlencoded", body: "command=deploy",
		sign: func(s signing) { s.Body = append(s.Body, "&token="+s.secret...) },
	}
}

func apiKeyJSONSample() sample {
	return sample{
		provider: "api-key", options: provider.Options{"in": "json", "name": "auth.token", "id_path": "id"}, secret: "key-1", foreign: "key-2",
		body: `{"id":"e1","auth":{"token":""}}`,
		sign: func(s signing) { s.Body = []byte(`{"id":"e1","auth":{"token":"` + s.secret + `"}}`) },
		id:   "e1",
	}
}

func basicSample() sample {
	return sample{
		provider: "basic", options: provider.Options{"id_header": "X-Id"}, secret: "user:pass:word", foreign: "user:other", body: `{}`,
		sign: func(s signing) {
			s.Header.Set("X-Id", "e1")
			s.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.secret)))
		},
		id: "e1",
	}
}

func noneSample() sample {
	return sample{provider: "none", body: `{"type":"ping"}`, options: provider.Options{"type_path": "type"}, sign: func(signing) {}, kind: "ping"}
}

func jwtSamples() []sample {
	list := make([]sample, 0, 8)
	for _, alg := range []string{"HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "EdDSA"} {
		own, other := pairFor(alg, "own"), pairFor(alg, "other")
		private := map[string]any{own.public: own.private, other.public: other.private}
		list = append(list, sample{
			provider: "jwt", options: provider.Options{"algorithm": alg, "issuer": "sender", "audience": "us", "body_claim": "digest"},
			secret: own.public, foreign: other.public, body: `{"a":1}`, stampIsJSON: true,
			sign: func(s signing) {
				digest := sha256.Sum256(s.Body)
				claims := `{"iss":"sender","aud":["us"],"digest":"` + hex.EncodeToString(digest[:]) + `","iat":` + s.stamp + `,"exp":` + s.stamp + `}`
				s.Header.Set("Authorization", "Bearer "+signedToken(alg, claims, private[s.secret]))
			},
		})
	}
	return list
}

// signedToken signs claims as they are, malformed ones too.
func signedToken(alg, claims string, key any) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + encode([]byte(claims))
	sig, err := jwt.GetSigningMethod(alg).Sign(text, key)
	if err != nil {
		panic(err) // the keys are made below
	}
	return text + "." + encode(sig)
}

// pair is a private key and what is pasted to verify with it.
type pair struct {
	public  string
	private any
}

// pairFor returns the same pair whenever it is asked, because RSA keys are slow to make.
func pairFor(alg, name string) pair { return pairs()(alg, name) }

func newPair(alg, name string) pair {
	var key crypto.Signer
	var err error
	switch {
	case strings.HasPrefix(alg, "HS"):
		return pair{"shared secret " + name, []byte("shared secret " + name)}
	case alg == "EdDSA":
		_, key, err = ed25519Key()
	case alg == "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		panic(err)
	}
	return pair{publicPEM(key.Public()), key}
}

func ed25519Key() (crypto.PublicKey, crypto.Signer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	return public, private, err
}

func publicPEM(key crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

var pairs = sync.OnceValue(func() func(alg, name string) pair { //nolint:gochecknoglobals // test keys, made once
	var mu sync.Mutex
	made := map[string]pair{}
	return func(alg, name string) pair {
		mu.Lock()
		defer mu.Unlock()
		if alg[1:2] == "S" && alg[0] != 'H' && alg[0] != 'E' {
			alg = "RSA"
		}
		if _, ok := made[alg+name]; !ok {
			made[alg+name] = newPair(alg, name)
		}
		return made[alg+name]
	}
})
