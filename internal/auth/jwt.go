package auth

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
)

// minJWTSecret is the least size of a secret for HS256 (RFC 7518, section 3.2: as long as the hash).
const minJWTSecret = 32

// skew is how far the issuer's clock may be from ours.
const skew = 30 * time.Second

// organizationKind is the prefix of the subject of a server token.
const organizationKind id.Kind = "org"

// defaultOrganization is the organization of a self-hosted Svix server.
const defaultOrganization = "org_23rb8YdGqMT0qIzpgGwdXfHirMu"

// jwtVerifier checks JWTs as the open-source Svix server issues them (its core/security.rs): HS256,
// subject org_... for a token of everything; subject app_... with the claim org for a token of one
// application. HS384 and HS512 are accepted too; an expiry and the configured organization are required.
type jwtVerifier struct {
	parser       *jwt.Parser
	key          []byte
	organization string
}

// claim is what a valid JWT says.
type claim struct {
	scope       hook.Scope
	application id.ID // for the scope application
	name        string
	expires     time.Time
}

func newJWTVerifier(key secret.String, organization string, c clock.Clock) (*jwtVerifier, error) {
	if key.IsZero() {
		return nil, nil //nolint:nilnil // no secret, no verifier
	}
	if err := CheckJWTSecret(key); err != nil {
		return nil, err
	}
	if err := CheckJWTOrganization(organization); err != nil {
		return nil, err
	}
	return &jwtVerifier{key: []byte(key.Reveal()), organization: organization, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256", "HS384", "HS512"}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(c.Now),
		jwt.WithLeeway(skew),
		jwt.WithStrictDecoding(),
	)}, nil
}

// CheckJWTSecret refuses a secret that could be guessed from one JWT.
func CheckJWTSecret(key secret.String) error {
	text := key.Reveal()
	if len(text) < minJWTSecret || distinct(text) < minDistinct || isWellKnown(text) {
		return fault.In("jwt_secret", "weak_jwt_secret", "The JWT secret needs at least %d bytes of random data; "+
			"make one with `openssl rand -base64 48`, or leave it unset if you have no JWTs.", minJWTSecret)
	}
	return nil
}

// CheckJWTOrganization refuses an organization that is not set, since tokens of every organization of a server are
// signed with the same secret, and a text that no server token can have as its subject.
func CheckJWTOrganization(text string) error {
	if text == "" {
		return fault.In("jwt_organization", "no_jwt_organization", "Set jwt_organization (POSTHORN_JWT_ORGANIZATION) as well, to the claim "+
			"sub of your server tokens. A self-hosted Svix server issues them for %s unless it was told otherwise.", defaultOrganization)
	}
	if _, err := organizationKind.Parse(text); err != nil {
		return fault.In("jwt_organization", "bad_jwt_organization",
			"Give the claim sub of your server tokens: org_ and 27 letters or digits, such as %s.", defaultOrganization)
	}
	return nil
}

// verify returns what the token says, and false for one that is not to be believed.
func (v *jwtVerifier) verify(text string) (claim, bool) {
	claims := jwt.MapClaims{} // a struct would take "SUB" for "sub"
	token, err := v.parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return v.key, nil })
	if err != nil || !plainHeader(token.Header) || !unambiguous(text) || !possibleTimes(claims) {
		return claim{}, false
	}
	subject, _ := claims.GetSubject()
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil {
		return claim{}, false
	}
	c := claim{scope: hook.ScopeServer, name: "jwt " + subject, expires: expires.Add(skew)}
	owner, owned := claims["org"]
	if strings.HasPrefix(subject, string(id.Application)+"_") {
		c.scope = hook.ScopeApplication
		c.application, err = id.Application.Parse(subject)
		return c, err == nil && owner == v.organization
	}
	// A subject org_... beside a claim org has no known meaning.
	return c, !owned && subject == v.organization
}

// plainHeader reports whether a JWT's header asks for nothing that is not understood here: an extension that must be
// (crit, RFC 7515, section 4.1.11), or a token of another type than JWT (RFC 8725, section 3.11).
func plainHeader(header map[string]any) bool {
	if _, critical := header["crit"]; critical {
		return false
	}
	kind, ok := header["typ"]
	text, _ := kind.(string)
	return !ok || strings.EqualFold(text, "JWT")
}

// unambiguous reports whether no member stands twice in the header or among the claims of a valid JWT. Which of the
// two counts differs between libraries (RFC 7519, section 4).
func unambiguous(text string) bool {
	parts := strings.Split(text, ".")
	for _, part := range parts[:2] {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || !distinctMembers(decoded) {
			return false
		}
	}
	return true
}

func distinctMembers(object []byte) bool {
	members, seen := gjson.ParseBytes(object), map[string]bool{}
	members.ForEach(func(name, _ gjson.Result) bool {
		if seen[name.String()] {
			seen = nil
			return false
		}
		seen[name.String()] = true
		return true
	})
	return members.IsObject() && seen != nil
}

// possibleTimes reports whether the times of a JWT are moments from 1970 to 9999. The library converts larger numbers
// to times that have long passed.
func possibleTimes(claims jwt.MapClaims) bool {
	const end = 253402300800 // 10000-01-01, in seconds since 1970
	for _, name := range []string{"exp", "nbf", "iat"} {
		value, ok := claims[name]
		if seconds, number := value.(float64); ok && (!number || seconds < 0 || seconds >= end) {
			return false
		}
	}
	return true
}
