package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
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
		"other organization":      hs(func(c jwt.MapClaims) { c["sub"] = otherOrganization }),
		"organization within one": hs(func(c jwt.MapClaims) { c["org"] = svixOrganization }),
		"unknown application":     hs(func(c jwt.MapClaims) { c["sub"] = id.Application.Text(id.ID{1}) }),
		"application zero":        hs(func(c jwt.MapClaims) { c["sub"] = id.Application.Text(id.ID{}) }),
		"application of no one":   hs(func(c jwt.MapClaims) { c["sub"] = id.Application.Text(knownApplication()) }),
		"other application": hs(func(c jwt.MapClaims) {
			c["sub"], c["org"] = id.Application.Text(knownApplication()), otherOrganization
		}),
		"subject in capitals": hs(func(c jwt.MapClaims) { delete(c, "sub"); c["SUB"] = svixOrganization }),
		"expiry in capitals":  hs(func(c jwt.MapClaims) { c["Exp"] = c["exp"]; delete(c, "exp") }),
		"expiry as text":      hs(func(c jwt.MapClaims) { c["exp"] = "4102444800" }),
		"endless expiry":      hs(func(c jwt.MapClaims) { c["exp"] = 1e300 }),
		"negative expiry":     hs(func(c jwt.MapClaims) { c["exp"] = -1e300 }),
		"distant beginning":   hs(func(c jwt.MapClaims) { c["nbf"] = 1e300 }),
		"beginning as null":   hs(func(c jwt.MapClaims) { c["nbf"] = nil }),
		"garbage":             "a.b.c",
	} {
		refused(t, d.Service, bearer, why)
	}
}

// otherOrganization is an organization of the same server.
const otherOrganization = "org_00000000000SvixManagemntOrg"

// signText returns the JWT of a header and claims as they stand.
func signText(t *testing.T, header, claims string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(claims))
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(jwtSecret))
	check(t, err)
	return text + "." + encode(signature)
}

func TestJWTsThatCanBeReadInTwoWaysAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	header, end := `{"alg":"HS256","typ":"JWT"}`, d.now.read().Add(time.Hour).Unix()
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, svixOrganization, end)

	opens(t, d.Service, signText(t, header, claims))
	opens(t, d.Service, signText(t, `{"alg":"HS256","kid":"any"}`, claims))
	for why, text := range map[string]string{
		"crit":             signText(t, `{"alg":"HS256","crit":["b64"],"b64":true}`, claims),
		"crit of nothing":  signText(t, `{"alg":"HS256","crit":[]}`, claims),
		"other type":       signText(t, `{"alg":"HS256","typ":"at+jwt"}`, claims),
		"type of no text":  signText(t, `{"alg":"HS256","typ":1}`, claims),
		"two subjects":     signText(t, header, fmt.Sprintf(`{"sub":%q,"sub":%q,"exp":%d}`, otherOrganization, svixOrganization, end)),
		"escaped subject":  signText(t, header, fmt.Sprintf(`{"\u0073ub":%q,"sub":%q,"exp":%d}`, otherOrganization, svixOrganization, end)),
		"two expiries":     signText(t, header, fmt.Sprintf(`{"sub":%q,"exp":1,"exp":%d}`, svixOrganization, end)),
		"two algorithms":   signText(t, `{"alg":"none","alg":"HS256"}`, claims),
		"claims in a list": signText(t, header, `[`+claims+`]`),
	} {
		refused(t, d.Service, text, why)
	}
}

func TestJWTSecretWithoutAnOrganizationStopsTheStart(t *testing.T) {
	t.Parallel()
	for organization, want := range map[string]string{"": "no_jwt_organization", "acme": "bad_jwt_organization"} {
		_, err := auth.New(auth.Config{JWTSecret: secret.Text(jwtSecret), JWTOrganization: organization})

		if fault.CodeOf(err) != want || !strings.Contains(err.Error(), svixOrganization) {
			t.Errorf("%q: got %v", organization, err)
		}
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
