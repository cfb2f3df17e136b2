package receive

import (
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/form"
	"github.com/posthorn/posthorn/internal/provider"
)

// redacted stands where a credential stood.
const redacted = "[redacted]"

// mask takes credentials out of what is kept of a request (hostile input S27): the source's own secrets wherever
// they stand, and everything whose name says that it is one. Signatures stay: they prove, and open nothing.
type mask struct{ secrets []string }

// shortestSecret is the length below which a secret is not looked for within other texts.
const shortestSecret = 6

// newMask masks what is secret about a request: the key of the address that it came to, and all secrets of its source,
// those that are over too, since a sender may not know. d may be nil.
func newMask(d *Door, r *Request) mask {
	secrets := []provider.Secret{provider.Secret(r.Key)}
	if d != nil {
		for _, s := range d.secrets {
			secrets = append(secrets, s.text)
		}
	}
	var m mask
	for _, s := range secrets {
		if text := s.Reveal(); len(text) >= shortestSecret {
			m.secrets = append(m.secrets, text)
		}
	}
	return m
}

// headers returns the headers as they are kept.
func (m mask) headers(h map[string][]string) map[string][]string {
	kept := make(map[string][]string, len(h))
	hops := hopsOf(h)
	for name, values := range h {
		switch {
		case never(name) || len(hops) > 0 && slices.Contains(hops, strings.ToLower(name)):
		case secretName(name):
			kept[name] = []string{redacted}
		case name == referer:
			kept[name] = m.values(bare(values))
		default:
			kept[name] = m.values(values)
		}
	}
	return kept
}

func (m mask) values(values []string) []string {
	kept := slices.Clone(values)
	for i, value := range kept {
		if m.holds(value) {
			kept[i] = redacted
		}
	}
	return kept
}

func (m mask) holds(text string) bool {
	return slices.ContainsFunc(m.secrets, func(secret string) bool { return strings.Contains(text, secret) })
}

// query returns a query, or a form, as it is kept and shown: as it came but for what is a credential.
func (m mask) query(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case m.holds(name) || m.holds(form.Unescape(name)): // "?secret"
			pairs[i] = redacted
		case value != "" && (secretParameter(form.Unescape(name)) || m.holds(value) || m.holds(form.Unescape(value))):
			pairs[i] = name + "=" + redacted
		}
	}
	return strings.Join(pairs, "&")
}

const (
	referer   = "Referer"
	maxOrigin = 2 << 10
)

// bare cuts the queries off addresses.
func bare(addresses []string) []string {
	cut := make([]string, len(addresses))
	for i, address := range addresses {
		cut[i], _, _ = strings.Cut(address, "?")
	}
	return cut
}

// origin returns where the request says that it comes from, without a query: forms have credentials there.
func (m mask) origin(r *Request) string {
	text := r.first("Origin")
	if text == "" || text == "null" {
		text = r.first(referer)
	}
	text, _, _ = strings.Cut(text, "?")
	if len(text) > maxOrigin || m.holds(text) || strings.Contains(text, "@") {
		return ""
	}
	return text
}

// never reports whether a header is not kept at all: what belongs to the connection (RFC 9110, section 7.6.1), and
// what authenticates somebody.
func never(name string) bool {
	switch strings.ToLower(name) {
	case "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection", "http2-settings",
		"authorization", "proxy-authorization", "proxy-authenticate", "cookie", "cookie2", "set-cookie":
		return true
	}
	return false
}

// hopsOf returns what the Connection header names, in lower case.
func hopsOf(h map[string][]string) (hops []string) {
	for _, value := range h["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			hops = append(hops, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	return hops
}

// secretName reports whether the name of a header or parameter says that its value is a credential. An author is none.
func secretName(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "author") {
		name = strings.NewReplacer("authoriz", "auth", "authoris", "auth", "author", "").Replace(name)
	}
	return has(name, "token", "secret", "passw", "pwd", "apikey", "api-key", "api_key", "access-key", "access_key", "auth", "cookie", "session",
		"credential", "jwt", "bearer") || (strings.HasSuffix(name, "-key") || strings.HasSuffix(name, "_key")) && !opensNothing(name)
}

// secretParameter is secretName for parameters and fields of forms, where keys have shorter names, and where a signature
// opens the address that it stands in for whoever has that.
func secretParameter(name string) bool {
	return secretName(name) || slices.Contains([]string{"sig", "hmac", "key", "code"}, strings.ToLower(name))
}

// opensNothing reports whether something is called a key because it names: a request that may come twice, or an event
// (Bitbucket's X-Event-Key).
func opensNothing(name string) bool {
	return has(name, "idempotency-key", "idempotency_key") || name == "x-event-key"
}

func has(name string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
}
