package provider_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/posthorn/posthorn/internal/provider"
)

// S19, S20: whoever may name the host may name the key.
func TestOnlyTheProvidersHostsAreAllowed(t *testing.T) {
	t.Parallel()
	hosts := []string{"sns.*.amazonaws.com", "keys.example.com"}

	for address, want := range map[string]bool{
		"https://sns.eu-west-1.amazonaws.com/cert.pem": true, "https://KEYS.example.com/cert.pem": true, "https://keys.example.com:443/a.pem": true,
		"http://keys.example.com/cert.pem": false, "https://keys.example.com/cert.txt": false, "https://keys.example.com:8443/cert.pem": false,
		"https://sns.evil.com/cert.pem": false, "https://sns.a.b.amazonaws.com/cert.pem": false, "https://sns..amazonaws.com/cert.pem": false,
		"https://keys.example.com.evil.com/cert.pem": false, "https://keys.example.com@evil.com/cert.pem": false,
		"https://user@keys.example.com/cert.pem": false, "https://169.254.169.254/cert.pem": false, "//keys.example.com/cert.pem": false,
		`https://keys.example.com\@evil.com/cert.pem`: false, "https://keys.example.com./cert.pem": false, "": false, "https://sns.x%2e.amazonaws.com/c.pem": false,
		"https://keys.example.com/x#cert.pem": false, "javascript:alert(1).pem": false, "https://[::1]/cert.pem": false,
	} {
		if got := provider.Allowed(address, hosts, ".pem"); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestPublicKeysAreTakenInEveryForm(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	p := of(provider.Public{Algorithm: provider.Ed25519, Signature: provider.Header("X-Sig")})
	c := check("body", "X-Sig", hex.EncodeToString(ed25519.Sign(private, []byte("body"))))

	for _, pasted := range []string{
		hex.EncodeToString(public), base64.StdEncoding.EncodeToString(public), base64.StdEncoding.EncodeToString(der),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	} {
		c.Secrets = []provider.Secret{provider.Secret(pasted)}
		if _, err := p.Judge(t.Context(), c); err != nil {
			t.Errorf("%q: %v", pasted, err)
		}
	}
	c.Secrets = []provider.Secret{provider.Secret(hex.EncodeToString(private.Seed()))}
	if _, err := p.Judge(t.Context(), c); err == nil {
		t.Error("a private key verifies")
	}
}

// A short RSA key, and a key of another kind than the algorithm's, prove nothing.
func TestWeakAndForeignKeysAreRefused(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 511), E: 3}
	s := provider.Public{Algorithm: provider.RSASHA256, Signature: provider.Header("X-Sig")}

	for _, key := range []any{short, &curve.PublicKey} {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, "accept", s.Accept(provider.Secret(base64.StdEncoding.EncodeToString(der))), provider.BadSecret)
	}
}

func TestECDSASignaturesAreTakenInBothForms(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("body"))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	flat := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	asn, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}

	for a, sig := range map[provider.Asymmetric][]byte{provider.ECDSAP1363: flat, provider.ECDSASHA256: asn} {
		c := check("body", "X-Sig", base64.StdEncoding.EncodeToString(sig))
		c.Secrets = []provider.Secret{provider.Secret(base64.StdEncoding.EncodeToString(der))}
		p := of(provider.Public{Algorithm: a, Signature: provider.Header("X-Sig"), Encoding: provider.Base64})
		if _, err := p.Judge(t.Context(), c); err != nil {
			t.Errorf("%s: %v", a, err)
		}
		c.Request.Body = []byte("other")
		_, err := p.Judge(t.Context(), c)
		refused(t, a.String(), err, provider.NoMatch)
	}
}

const keySet = "https://sender.example.com/jwks.json"

// fetched is a JWT whose keys the sender publishes.
func fetched() provider.Provider {
	return of(provider.JWT{
		From: provider.Header("Authorization"), Prefix: "Bearer ", Algorithms: []string{"RS256", "ES256", "EdDSA"}, Expires: true, MaxAge: true,
		Issuer: provider.Literal("sender"), Fetched: provider.Fetched{From: provider.Literal(keySet), Hosts: []string{"sender.example.com"}},
	})
}

func TestKeySetsAreReadForEveryKindOfKey(t *testing.T) {
	t.Parallel()
	b64 := base64.RawURLEncoding.EncodeToString
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := curve.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{
		{"kid": "r", "kty": "RSA", "n": b64(rsaKey.N.Bytes()), "e": "AQAB", "use": "sig"},
		{"kid": "e", "kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
		{"kid": "d", "kty": "OKP", "crv": "Ed25519", "x": b64(public)},
		{"kid": "off", "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"},
		{"kid": "enc", "kty": "RSA", "n": b64(rsaKey.N.Bytes()), "e": "AQAB", "use": "enc"},
		{"kid": "shared", "kty": "oct", "k": "c2VjcmV0"},
	}})
	if err != nil {
		t.Fatal(err)
	}

	for id, want := range map[string]struct {
		alg jwt.SigningMethod
		key any
		ok  bool
	}{
		"r": {jwt.SigningMethodRS256, rsaKey, true}, "e": {jwt.SigningMethodES256, curve, true}, "d": {jwt.SigningMethodEdDSA, edKey, true},
		"enc": {jwt.SigningMethodRS256, rsaKey, false}, "off": {jwt.SigningMethodES256, curve, false}, "none": {jwt.SigningMethodRS256, rsaKey, false},
		"shared": {jwt.SigningMethodHS256, []byte("secret"), false},
	} {
		token := jwt.NewWithClaims(want.alg, jwt.MapClaims{"iss": "sender", "iat": noon().Unix(), "exp": noon().Unix() + 60})
		token.Header["kid"] = id
		text, err := token.SignedString(want.key)
		if err != nil {
			t.Fatal(err)
		}
		c := check("{}", "Authorization", "Bearer "+text)
		c.Secrets, c.Keys = nil, documents{keySet: string(set)}

		if _, err := fetched().Judge(t.Context(), c); (err == nil) != want.ok {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// The classics: no algorithm at all, and a public key taken for a shared secret.
func TestTokensCannotChooseTheirAlgorithm(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	pasted := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	p := of(provider.JWT{From: provider.Header("X-Token"), Algorithms: []string{"RS256"}})
	claims := jwt.MapClaims{"exp": noon().Unix() + 60}

	for alg, signer := range map[jwt.SigningMethod]any{
		jwt.SigningMethodNone: jwt.UnsafeAllowNoneSignatureType, jwt.SigningMethodHS256: []byte(pasted), jwt.SigningMethodRS512: key,
	} {
		text, err := jwt.NewWithClaims(alg, claims).SignedString(signer)
		if err != nil {
			t.Fatal(err)
		}
		c := check("{}", "X-Token", text)
		c.Secrets = []provider.Secret{provider.Secret(pasted)}
		if _, err := p.Judge(t.Context(), c); err == nil {
			t.Errorf("%s is accepted", alg.Alg())
		}
	}
}
