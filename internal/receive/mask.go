package receive

import (
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// redacted stands where a credential stood.
const redacted = "[redacted]"

// mask takes credentials out of what is kept of a request (hostile input S27): the source's own secrets wherever
// they stand, and everything whose name says that it is one. Signatures stay: they prove, and open nothing.
type mask struct{ secrets []string }

// shortestSecret is the length below which a secret is not looked for within other texts.
const shortestSecret = 6

func newMask(secrets []provider.Secret) mask {
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

// query returns the query as it is kept: as it came but for values that are credentials.
func (m mask) query(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		if value != "" && (secretName(name) || m.holds(value) || m.holds(plain)) {
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

// secretName reports whether the name of a header or parameter says that its value is a credential.
func secretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{
		"token", "secret", "passw", "pwd", "api-key", "api_key", "apikey", "access-key", "access_key", "auth", "cookie", "session", "credential", "jwt", "bearer",
	}, func(word string) bool { return strings.Contains(name, word) })
}
