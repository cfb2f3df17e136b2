package receive

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
)

// Source returns the id of the door's source; empty for no door.
func (d *Door) Source() string {
	if d == nil {
		return ""
	}
	return id.Inbound.Text(d.source.ID)
}

// Shown returns the request as a log may show it (C63): whole, but for credentials. Those are the source's own secrets
// and the key of its address wherever they stand, and whatever is in a header, a parameter or a field of a form whose
// name says so. d may be nil, if the request found no source.
func Shown(d *Door, r *Request) Request {
	secrets := []provider.Secret{provider.Secret(r.Key)}
	if d != nil {
		for _, s := range d.secrets { // those that are over too: a sender may not know
			secrets = append(secrets, s.text)
		}
	}
	m := newMask(secrets)
	shown := Request{
		Key: hint(r.Key) + redacted, Method: r.Method, Query: m.shownQuery(r.Query), Header: m.shownHeaders(r.Header), Length: r.Length,
		Remote: r.Remote, Body: r.Body,
	}
	if strings.HasPrefix(r.first("Content-Type"), "application/x-www-form-urlencoded") {
		shown.Body = []byte(m.shownQuery(string(r.Body)))
	}
	for _, secret := range m.secrets {
		shown.Body = bytes.ReplaceAll(shown.Body, []byte(secret), []byte(redacted))
	}
	return shown
}

// shownHeaders is headers with a place for each credential: whether one came at all is what somebody looks for.
func (m mask) shownHeaders(h map[string][]string) map[string][]string {
	shown := make(map[string][]string, len(h))
	for name, values := range h {
		switch {
		case secretName(name):
			shown[name] = []string{redacted}
		case name == referer:
			shown[name] = withoutKeys(m.values(bare(values)))
		default:
			shown[name] = withoutKeys(m.values(values))
		}
	}
	return shown
}

// withoutKeys cuts off what stands behind the path of a source's address: proxies write the address into headers of
// their own, and below an address that is not quite right stands one that is.
func withoutKeys(values []string) []string {
	const path = "/in/"
	for i, value := range values {
		if before, _, is := strings.Cut(value, path); is {
			values[i] = before + path + redacted
		}
	}
	return values
}

// shownQuery is query without signatures: those that stand in an address open it for whoever has the address.
func (m mask) shownQuery(raw string) string {
	pairs := strings.Split(m.query(raw), "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if value != "" && (secretName(plain) || signs(plain)) {
			pairs[i] = name + "=" + redacted
		}
	}
	return strings.Join(pairs, "&")
}

// signs reports whether the name of a parameter says that its value is a signature or a key.
func signs(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"sig", "hmac", "key", "code"}, func(word string) bool { return strings.Contains(name, word) })
}

// MostShown is how much of a body a log shows, in bytes; as much as is kept of one that was refused.
const MostShown = hook.MaxRefusedBody
