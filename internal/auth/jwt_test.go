package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
)

// svixOrganization is the organization of every self-hosted Svix server.
const svixOrganization = "org_23rb8YdGqMT0qIzpgGwdXfHirMu"

func sign(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	text, err := jwt.NewWithClaims(method, claims).SignedString(key)
	check(t, err)
	return text
}

func (d desk) claims(subject string) jwt.MapClaims {
	now := d.now.read()
	return jwt.MapClaims{
		"iss": "svix-server", "sub": subject,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

func TestServerTokenOfASvixServerOpensEverything(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, method := range []jwt.SigningMethod{jwt.SigningMethodHS256, jwt.SigningMethodHS384, jwt.SigningMethodHS512} {
		who := opens(t, d.Service, sign(t, method, []byte(jwtSecret), d.claims(svixOrganization)))

		if who.Scope != hook.ScopeServer || !who.TokenID.IsZero() {
			t.Errorf("%s: got %+v", method.Alg(), who)
		}
	}
}

func TestApplicationTokenOfASvixServerOpensThatApplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	claims := d.claims(id.Application.Text(knownApplication()))
	claims["org"] = svixOrganization

	who := opens(t, d.Service, sign(t, jwt.SigningMethodHS256, []byte(jwtSecret), claims))

	if who.Scope != hook.ScopeApplication || who.ApplicationKey != 7 {
		t.Errorf("got %+v", who)
	}
}

func TestForgedAndOddJWTsAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := func(change func(jwt.MapClaims)) jwt.MapClaims {
		claims := d.claims(svixOrganization)
		change(claims)
		return claims
	}
	hs := func(change func(jwt.MapClaims)) string {
		return sign(t, jwt.SigningMethodHS256, []byte(jwtSecret), good(change))
	}
	same := func(jwt.MapClaims) {}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&private.PublicKey)})

	for why, bearer := range map[string]string{
		"other secret":            sign(t, jwt.SigningMethodHS256, append([]byte(jwtSecret), 'x'), good(same)),
		"public key as secret":    sign(t, jwt.SigningMethodHS256, public, good(same)),
		"asymmetric":              sign(t, jwt.SigningMethodRS256, private, good(same)),
		"none":                    sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(same)),
		"no expiry":               hs(func(c jwt.MapClaims) { delete(c, "exp") }),
		"expired":                 hs(func(c jwt.MapClaims) { c["exp"] = d.now.read().Add(-time.Minute).Unix() }),
		"not yet valid":           hs(func(c jwt.MapClaims) { c["nbf"] = d.now.read().Add(time.Minute).Unix() }),
		"no subject":              hs(func(c jwt.MapClaims) { delete(c, "sub") }),
		"person as subject":       hs(func(c jwt.MapClaims) { c["sub"] = "alice" }),
		"malformed organization":  hs(func(c jwt.MapClaims) { c["sub"] = "org_1" }),
		"organization within one": hs(func(c jwt.MapClaims) { c["org"] = svixOrganization }),
		"unknown application":     hs(func(c jwt.MapClaims) { c["sub"] = id.Application.Text(id.ID{1}) }),
		"application zero":        hs(func(c jwt.MapClaims) { c["sub"] = id.Application.Text(id.ID{}) }),
		"garbage":                 "a.b.c",
	} {
		refused(t, d.Service, bearer, why)
	}
}

func TestWithoutASecretNoJWTIsBelieved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s, err := auth.New(auth.Config{Tokens: d.tokens, Applications: applications{}, Clock: clock.Func(d.now.read)})
	check(t, err)

	for _, key := range []string{jwtSecret, "\x00"} {
		refused(t, s, sign(t, jwt.SigningMethodHS256, []byte(key), d.claims(svixOrganization)), "no secret")
	}
}

func TestShortJWTSecretStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"short", "0f8f3b0d1c2e4a5968778695a4b3c2d", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		_, err := auth.New(auth.Config{JWTSecret: secret.Text(key)})

		if fault.CodeOf(err) != "weak_jwt_secret" {
			t.Errorf("%q: got %v", key, err)
		}
	}
}
