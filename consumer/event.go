package consumer

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// Event is a webhook that was verified. Its fields may be kept and changed by whoever got it.
type Event struct {
	Provider string
	ID       string // at the provider; empty if it has none
	Type     string // empty if it has none
	// Types are those of all events of a batch, each once, Type first; none if the provider sends one at a time.
	Types []string
	// Key is by what a repetition is recognised: the id, or the body where the id is not signed. Put it under a unique
	// index beside your work and no repetition does the work twice, whatever the Ledger remembers. It is empty where
	// nothing tells a repetition from a second event.
	Key    string
	Time   time.Time // when it happened, as the provider says; zero if it does not
	Body   []byte    // byte for byte as it came
	Header http.Header
}

// eventOf returns the event with headers that may be put into a queue: no credentials, nothing about the connection.
func eventOf(p provider.Provider, c *provider.Check, v provider.Verdict) Event {
	e := Event{
		Provider: p.Name, ID: v.ID, Type: v.Type, Types: p.Types(c.Request.Body), Time: v.Time, Body: c.Request.Body,
		Header: c.Request.Header.Clone(), Key: v.Key,
	}
	if !v.Signed && v.ID == "" { // nobody vouches for the body: a device that says the same thing every minute means it
		e.Key = ""
	}
	drop := append(connection(), e.Header.Values("Connection")...)
	for _, names := range drop {
		for name := range strings.SplitSeq(names, ",") {
			e.Header.Del(strings.TrimSpace(name))
		}
	}
	for name, values := range e.Header {
		if slices.ContainsFunc(values, func(value string) bool { return reveals(value, c.Secrets) }) {
			e.Header.Del(name)
		}
	}
	return e
}

// connection lists the headers that belong to one connection (RFC 9110, section 7.6.1) or open doors.
func connection() []string {
	return []string{
		"Authorization", "Cookie", "Proxy-Authorization",
		"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	}
}

// reveals reports whether a secret stands in a header, as the tokens of some providers do. A short one is found in many
// texts by chance.
func reveals(value string, secrets []provider.Secret) bool {
	const short = 6
	return slices.ContainsFunc(secrets, func(s provider.Secret) bool {
		text := s.Reveal()
		return value == text || len(text) >= short && strings.Contains(value, text)
	})
}
