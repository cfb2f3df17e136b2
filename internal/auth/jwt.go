package auth

import (
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

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

// organization is the prefix of the subject of a server token.
const organization id.Kind = "org"

// jwtVerifier checks JWTs as the open-source Svix server issues them (its core/security.rs): HS256,
// subject org_... for a token of everything; subject app_... with the claim org for a token of one
// application. We take HS384 and HS512 too, and insist on an expiry.
type jwtVerifier struct {
	parser *jwt.Parser
	key    []byte
}

// claim is what a valid JWT says.
type claim struct {
	scope       hook.Scope
	application id.ID // for the scope application
	name        string
	expires     time.Time
}

// appClaims are the claims that are read.
type appClaims struct {
	jwt.RegisteredClaims
	Organization string `json:"org"`
}

func newJWTVerifier(key secret.String, c clock.Clock) (*jwtVerifier, error) {
	if key.IsZero() {
		return nil, nil //nolint:nilnil // no secret, no verifier
	}
	if err := CheckJWTSecret(key); err != nil {
		return nil, err
	}
	return &jwtVerifier{key: []byte(key.Reveal()), parser: jwt.NewParser(
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
	if len(text) >= minJWTSecret && distinct(text) >= minDistinct && !isWellKnown(text) {
		return nil
	}
	return fault.In("jwt_secret", "weak_jwt_secret", "The JWT secret needs at least %d bytes that nobody can guess; "+
		"make one with `openssl rand -base64 48`, or leave it unset if you have no JWTs.", minJWTSecret)
}

// verify returns what the token says, and false for one that is not to be believed.
func (v *jwtVerifier) verify(text string) (claim, bool) {
	var claims appClaims
	_, err := v.parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return v.key, nil })
	if err != nil {
		return claim{}, false
	}
	c := claim{scope: hook.ScopeServer, name: "jwt " + claims.Subject, expires: claims.ExpiresAt.Add(skew)}
	if strings.HasPrefix(claims.Subject, string(id.Application)+"_") {
		c.scope = hook.ScopeApplication
		c.application, err = id.Application.Parse(claims.Subject)
		return c, err == nil
	}
	// A subject org_... beside a claim org is of no shape that we know.
	_, err = organization.Parse(claims.Subject)
	return c, err == nil && claims.Organization == ""
}
