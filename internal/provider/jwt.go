package provider

import (
	"context"
	"crypto/hmac"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// JWT is a signed token (RFC 7519) that is sent with every request, or that is the request's body. By itself it says
// nothing about the body beside it; BodyHash names the claim that does.
type JWT struct {
	From       Piece
	Prefix     string   // such as "Bearer "
	Algorithms []string // the allowed ones, such as "RS256"; what the token itself asks for decides nothing
	Fetched    Fetched  // where the set of public keys is; if nothing, users paste a key or a shared secret
	Issuer     Piece    // what iss must be; anything if zero
	Audience   Piece    // what aud must contain; anything if zero
	Expires    bool     // the token must carry exp
	MaxAge     bool     // iat must not be older than Tolerance
	BodyHash   BodyHash
}

// BodyHash is a claim that carries the digest of the body.
type BodyHash struct {
	Claim    string
	Hash     Hash
	Encoding Encoding
}

// Verify implements Scheme.
func (s JWT) Verify(ctx context.Context, c *Check) (Proof, error) {
	text, err := s.token(c)
	if err != nil {
		return Proof{}, err
	}
	options, err := s.parserOptions(c)
	if err != nil {
		return Proof{}, err
	}
	claims, which, err := s.open(ctx, c, text, options)
	if err != nil {
		return Proof{}, err
	}
	at, err := s.judge(claims, c)
	return Proof{Secret: which, Stamp: at}, err
}

// open returns the claims of a token. One that names an unknown key is tried once more with the keys as they are now:
// a provider's new key must not wait until the old set has had its time. If those cannot be had, nobody knows whether
// the token is good, so the sender is told to come again.
func (s JWT) open(ctx context.Context, c *Check, text string, options []jwt.ParserOption) (jwt.MapClaims, int, error) {
	keys, err := s.keys(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	claims, which, err := s.parse(text, options, keys)
	if errors.Is(err, errUnknownKey) {
		newer, failed := s.renewed(ctx, c)
		if failed != nil {
			return nil, 0, failed
		}
		if newer != nil {
			claims, which, err = s.parse(text, options, newer)
		}
	}
	if err != nil {
		return nil, 0, s.refuse(err)
	}
	return claims, which, nil
}

// token cuts the token from where it stands.
func (s JWT) token(c *Check) (string, error) {
	value, err := s.From.Read(c)
	if err != nil {
		return "", err
	}
	if len(value) > maxToken && s.From.kind != body {
		return "", Refuse(TooLong, s.From.String())
	}
	text, ok := cutPrefix(value, s.Prefix)
	if !ok || strings.Count(text, ".") != 2 || strings.ContainsAny(text, "\r\n") { // a decoder of base64 skips line breaks
		return "", Refuse(Malformed, s.From.String())
	}
	return text, nil
}

// parserOptions says what a token must be. No algorithm would mean any, so it is refused.
func (s JWT) parserOptions(c *Check) ([]jwt.ParserOption, error) {
	if len(s.Algorithms) == 0 {
		return nil, Refuse(UnknownScheme, "algorithm")
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(s.Algorithms), jwt.WithLeeway(Tolerance), jwt.WithIssuedAt(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return c.Request.ReceivedAt }),
	}
	if s.Expires {
		options = append(options, jwt.WithExpirationRequired())
	}
	for _, claim := range []struct {
		want Piece
		with func(string) jwt.ParserOption
	}{
		{s.Issuer, jwt.WithIssuer},
		{s.Audience, func(a string) jwt.ParserOption { return jwt.WithAudience(a) }},
	} {
		if claim.want.None() {
			continue
		}
		want, err := claim.want.Read(c)
		if err != nil {
			return nil, Refuse(BadOption, claim.want.String())
		}
		options = append(options, claim.with(want))
	}
	return options, nil
}

// parse tries the keys in order and returns the claims that one of them vouches for.
func (s JWT) parse(text string, options []jwt.ParserOption, keys []keyring) (jwt.MapClaims, int, error) {
	err := jwt.ErrTokenUnverifiable // without a key
	for _, ring := range keys {
		claims := jwt.MapClaims{}
		_, err = jwt.NewParser(options...).ParseWithClaims(text, claims, ring.find)
		if err == nil {
			return claims, ring.secret, nil
		}
		if !errors.Is(err, jwt.ErrTokenSignatureInvalid) && !errors.Is(err, jwt.ErrTokenUnverifiable) {
			break
		}
	}
	return nil, 0, err
}

// refuse says what the library said without quoting it: its errors may carry parts of the token.
func (s JWT) refuse(err error) error {
	where := "token in " + s.From.String()
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return Refuse(Expired, where)
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenInvalidAudience):
		return Refuse(WrongClaim, where)
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return Refuse(NoMatch, where)
	}
	return Refuse(Malformed, where)
}

// judge looks at the claims that the library does not know.
func (s JWT) judge(claims jwt.MapClaims, c *Check) (time.Time, error) {
	where := "token in " + s.From.String()
	issued, err := claims.GetIssuedAt()
	if err != nil || s.MaxAge && issued == nil {
		return time.Time{}, Refuse(StampMalformed, where)
	}
	if s.MaxAge && c.Request.ReceivedAt.Sub(issued.Time) > Tolerance {
		return time.Time{}, Refuse(TooOld, where)
	}
	if !s.BodyHash.matches(claims, c.Request.Body) {
		return time.Time{}, Refuse(WrongClaim, where)
	}
	if issued == nil {
		return time.Time{}, nil
	}
	return issued.Time, nil
}

// matches reports whether the claim is the digest of the body. The zero BodyHash asks for nothing.
func (b BodyHash) matches(claims jwt.MapClaims, body []byte) bool {
	if b.Claim == "" {
		return true
	}
	text, _ := claims[b.Claim].(string)
	make := b.Hash.maker()
	if make == nil || text == "" {
		return false
	}
	h := make()
	h.Write(body)
	return hmac.Equal(b.Encoding.Decode(text), h.Sum(nil))
}

// Accept implements Scheme.
func (s JWT) Accept(secret Secret) error {
	if err := notBlank(secret, "key"); err != nil {
		return err
	}
	if !s.shared() && !strong(parsePublic(secret.Reveal(), time.Time{})) {
		return badForm("public key", publicKeyForm)
	}
	return nil
}

// shared reports whether the key is a shared secret. A scheme allows either sort, never both: a public key taken for
// a shared secret would let everyone sign.
func (s JWT) shared() bool {
	for _, a := range s.Algorithms {
		if !strings.HasPrefix(a, "HS") {
			return false
		}
	}
	return len(s.Algorithms) > 0
}

// Facts implements Scheme.
func (s JWT) Facts() Facts {
	f := Facts{
		Family: "JWT (" + strings.Join(s.Algorithms, ", ") + ")", Keyed: s.Fetched.None(),
		Signature: s.From, Prefix: s.Prefix, Timed: s.Expires || s.MaxAge,
	}
	if s.BodyHash.Claim != "" || s.From.kind == body {
		f.Signs = []Piece{Body()}
	}
	return f
}
