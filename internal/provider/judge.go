package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Verdict is what a provider's declaration makes of a request that it accepts.
type Verdict struct {
	Reply *Reply // the request was a handshake: send this, store nothing, the rest is empty

	ID     string    // the event's id at the provider; empty if there is none
	Type   string    // empty if there is none, or none that can be printed
	Time   time.Time // when it happened; zero if that is not said
	Stamp  time.Time // the signed time of the request; zero if the scheme signs none
	Key    string    // by what a repetition is recognised; empty if it is not to be
	Signed bool      // the proof covers the request, or parts of it; a token covers nothing
	Secret int       // index of the secret that matched, so that an owner sees when the old one is no longer used; -1 if none was needed

	apart string // see Provider.apart
	query string // see queryApart
}

// Judge says what a request is: a handshake, an accepted webhook, or, by a Refusal, neither.
func (p Provider) Judge(ctx context.Context, check *Check) (Verdict, error) {
	c := new(*check)
	c.Options = p.withDefaults(check.Options)
	reply, err := p.greet(ctx, c)
	if err != nil || reply != nil {
		return Verdict{Reply: reply}, err
	}
	if err := p.admit(&c.Request); err != nil {
		return Verdict{}, err
	}
	proof, facts, err := p.verify(ctx, c)
	if err != nil {
		return Verdict{}, err
	}
	return p.describe(c, proof, facts), nil
}

// admit looks at the method and, where there is a body, at its content type.
func (p Provider) admit(r *Request) error {
	methods := p.Methods
	if len(methods) == 0 {
		methods = []string{http.MethodPost}
	}
	if !slices.Contains(methods, r.Method) {
		return Refuse(WrongMethod, "method")
	}
	if len(p.ContentTypes) > 0 && len(r.Body) > 0 && !slices.Contains(p.ContentTypes, r.mediaType()) {
		return Refuse(WrongType, "header Content-Type")
	}
	return nil
}

// verify asks the scheme, after the questions that are the same for all of them. The check's options have their defaults.
func (p Provider) verify(ctx context.Context, c *Check) (Proof, Facts, error) {
	scheme, err := p.schemeBy(c.Options)
	if err != nil {
		return Proof{}, Facts{}, err
	}
	facts := scheme.Facts()
	if facts.Keyed && len(c.Secrets) == 0 {
		return Proof{}, facts, Refuse(NoSecret, p.secretName())
	}
	if slices.ContainsFunc(c.Secrets, Secret.Blank) { // a secret that failed to load must not go unnoticed
		return Proof{}, facts, Refuse(BlankSecret, p.secretName())
	}
	proof, err := scheme.Verify(ctx, c)
	return proof, facts, err
}

// scheme returns the scheme that the options choose. Without one everything is refused.
func (p Provider) scheme(o Options) (Scheme, error) { return p.schemeBy(p.withDefaults(o)) }

// schemeBy is scheme with the defaults filled in.
func (p Provider) schemeBy(o Options) (Scheme, error) {
	scheme := p.Scheme
	if p.Choose != nil {
		chosen, err := p.Choose(o)
		if err != nil {
			return nil, err
		}
		scheme = chosen
	}
	if scheme == nil {
		return nil, Refuse(UnknownScheme, "provider "+p.Name)
	}
	return scheme, nil
}

func (p Provider) secretName() string {
	if p.Secret.None() {
		return "secret"
	}
	return p.Secret.Name
}

// describe reads what else is known about an accepted request.
func (p Provider) describe(c *Check, proof Proof, f Facts) Verdict {
	id := label(p.ID, c, maxID)
	if id == "" {
		id = hashed(p.ID, c)
	}
	if IsNull(id) {
		id = ""
	}
	kind := label(p.Type, c, maxType)
	v := Verdict{
		ID: id, Type: kind, Time: p.Time.read(c),
		Stamp: proof.Stamp, Secret: proof.Secret, Signed: len(f.Signs) > 0, apart: p.apart(kind, f),
		query: queryApart(c, f),
	}
	v.Key = p.key(v, c)
	return v
}

// IsNull reports whether a text is what senders write where they have no value. It identifies nothing: all events without
// an id would be one.
func IsNull(text string) bool { return strings.EqualFold(strings.TrimSpace(text), "null") }

// apart returns the type if it may tell two events with the same body apart: if it is signed, if nothing is, or if the
// sender leaves no choice.
func (p Provider) apart(kind string, f Facts) string {
	if len(f.Signs) > 0 && p.Dedupe != DedupeByTopic && !f.Covers(p.Type) {
		return ""
	}
	return kind
}

// queryApart returns the query if it may tell two requests without a body apart: if it is signed, or if nothing is.
// Otherwise a request that was caught could be sent again with another query.
func queryApart(c *Check, f Facts) string {
	if len(f.Signs) > 0 && !f.Covers(Query("any")) {
		return ""
	}
	return c.Request.Query
}

// BodyKey is by what a repetition is recognised where the body is to decide. The query decides where there is no body.
func (v Verdict) BodyKey(body []byte) string {
	if len(body) == 0 && v.query != "" {
		sum := sha256.Sum256([]byte(v.query))
		return "query:" + hex.EncodeToString(sum[:]) + ":" + v.apart
	}
	sum := sha256.Sum256(body)
	return "body:" + hex.EncodeToString(sum[:]) + ":" + v.apart
}

// key returns by what a repetition is recognised. The sorts cannot be taken for one another.
func (p Provider) key(v Verdict, c *Check) string {
	switch {
	case p.Dedupe == DedupeOff:
		return ""
	case p.Dedupe == DedupeByID && v.ID != "":
		return "id:" + v.ID
	}
	return v.BodyKey(c.Request.Body)
}

const (
	maxID   = 200
	maxType = 128
)

// label returns a short printable text, or nothing.
func label(p Piece, c *Check, most int) string {
	if p.None() {
		return ""
	}
	text, err := p.Read(c)
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if err != nil || len(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, odd) {
		return ""
	}
	return text
}

// hashed returns the digest of an id that is too long or too odd to be kept as it is, such as a list of ids.
func hashed(p Piece, c *Check) string {
	if p.None() {
		return ""
	}
	text, err := p.Read(c)
	if err != nil || text == "" { // all that have none would be one event
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}
