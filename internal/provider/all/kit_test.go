package all_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// sample shows how a provider signs, written independently of its declaration: that is what makes the declaration
// tested and not just repeated. Everything that is hostile is made from it.
type sample struct {
	provider string
	options  provider.Options // a variant, such as HubSpot's version
	secret   string           // what the owner pastes
	foreign  string           // another one of the same form
	keys     provider.KeySource

	method      string // POST if empty
	contentType string // application/json if empty
	query       string
	body        string
	sign        func(signing) // adds to the request what proves it

	stampIsJSON bool // the timestamp is a number in JSON, which has several spellings of one

	id, kind   string // what must be read from the request
	handshakes map[string]handshake
}

// signing is one request to be signed.
type signing struct {
	*provider.Request
	secret string
	stamp  string // the timestamp as the provider writes it, or something malformed
}

// handshake shows one question: the request with a challenge in it, and what the answer must contain.
type handshake struct {
	request func(s sample, challenge string) *provider.Check
	want    string // of the answer's body or header, with the challenge "c-123"
}

const publicURL = "https://hooks.example.com/in/src_2abc"

// noon is when samples are sent and received.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// name tells the variants of one provider apart.
func (s sample) name() string {
	name := s.provider
	for _, k := range slices.Sorted(maps.Keys(s.options)) {
		name += "/" + s.options[k]
	}
	return name
}

// declared returns the provider that the sample is for.
func (s sample) declared(t *testing.T) provider.Provider {
	t.Helper()
	p, err := all.Catalog().ByName(s.provider)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// asked returns the handshakes that the sample is for, those that its options declare included.
func (s sample) asked(t *testing.T) []provider.Handshake {
	t.Helper()
	list, err := s.declared(t).HandshakesFor(s.options)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// facts describes the scheme that the sample is for.
func (s sample) facts(t *testing.T) provider.Facts {
	t.Helper()
	f, err := s.declared(t).FactsOf(s.options)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// unsigned returns the request before it is signed.
func (s sample) unsigned() provider.Request {
	kind, method := s.contentType, s.method
	if kind == "" {
		kind = "application/json"
	}
	if method == "" {
		method = http.MethodPost
	}
	return provider.Request{
		Method: method, PublicURL: publicURL, Query: s.query, Body: []byte(s.body), ReceivedAt: noon(),
		Header: http.Header{"Content-Type": {kind}},
	}
}

// signed returns a request that is signed with a secret at a time, and is to be judged with the sample's own secret.
func (s sample) signed(secret, stamp string) *provider.Check {
	r := s.unsigned()
	s.sign(signing{&r, secret, stamp})
	c := &provider.Check{Request: r, Options: s.options, Keys: s.keys}
	if s.secret != "" {
		c.Secrets = []provider.Secret{provider.Secret(s.secret)}
	}
	return c
}

// good returns a request that must be accepted.
func (s sample) good(t *testing.T) *provider.Check {
	t.Helper()
	return s.signed(s.secret, s.stampAt(t, noon()))
}

// stampAt writes a time as the provider does.
func (s sample) stampAt(t *testing.T, at time.Time) string {
	t.Helper()
	return stampIn(s.facts(t).Stamp.Unit, at)
}

func stampIn(unit provider.Unit, at time.Time) string {
	switch unit {
	case provider.Milliseconds:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case provider.RFC3339:
		return at.Format(time.RFC3339)
	case provider.RFC2822:
		return at.Format(time.RFC1123Z)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// mac returns the HMAC of parts.
func mac(make func() hash.Hash, key string, parts ...string) []byte {
	h := hmac.New(make, []byte(key))
	h.Write([]byte(strings.Join(parts, "")))
	return h.Sum(nil)
}

func hex256(key string, parts ...string) string {
	return hex.EncodeToString(mac(sha256.New, key, parts...))
}

func base256(key string, parts ...string) string {
	return base64.StdEncoding.EncodeToString(mac(sha256.New, key, parts...))
}

func hex512(key string, parts ...string) string {
	return hex.EncodeToString(mac(sha512.New, key, parts...))
}

func base1(key string, parts ...string) string {
	return base64.StdEncoding.EncodeToString(mac(sha1.New, key, parts...))
}

func hex1(key string, parts ...string) string {
	return hex.EncodeToString(mac(sha1.New, key, parts...))
}

// text returns the body.
func (s signing) text() string { return string(s.Body) }

// place is where something stands in a request, as provider.Piece names it.
type place struct{ kind, name string }

// places returns the places that a piece stands for.
func places(p provider.Piece) []place {
	var found []place
	for one := range strings.SplitSeq(p.String(), ", or ") {
		if one == "body" {
			found = append(found, place{"body", ""})
		}
		for _, kind := range []string{"header ", "query parameter ", "form field ", "JSON "} {
			if name, ok := strings.CutPrefix(one, kind); ok {
				found = append(found, place{strings.TrimSpace(kind), name})
			}
		}
	}
	return found
}

// quote writes a text as JSON.
func quote(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err) // every text can be written
	}
	return string(raw)
}

// judged returns what a provider makes of a request that it must accept.
func judged(t *testing.T, p provider.Provider, c *provider.Check) provider.Verdict {
	t.Helper()
	v, err := p.Judge(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
