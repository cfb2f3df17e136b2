package provider

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Request is a received request as it came.
type Request struct {
	Method string
	// PublicURL is what the owner of the source gave the provider: scheme, host and path. Schemes that sign the
	// address are checked against it and never against what a proxy or a forged Host header says.
	PublicURL  string
	Query      string // without the question mark, as it came
	Header     http.Header
	Body       []byte
	ReceivedAt time.Time
}

// URL returns the public address with the query that came.
func (r *Request) URL() string {
	if r.Query == "" {
		return r.PublicURL
	}
	return r.PublicURL + "?" + r.Query
}

// mediaType returns the content type without parameters, in lower case.
func (r *Request) mediaType() string {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// Check is one request and what it is judged by.
type Check struct {
	Request Request
	Secrets []Secret // as they were pasted, newest first; several while one is being replaced
	Options Options
	Keys    KeySource // nil refuses what needs a fetched key
}

// Option returns an option's value.
func (c *Check) Option(name string) string { return c.Options[name] }

// Secret is what a user pasted. Nothing prints it.
type Secret string

const redacted = "[redacted]"

// Format prints no part of s, whatever the verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, redacted) }

// MarshalText returns no part of s.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns no part of s.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Reveal returns s without the white space that pasting brings along. The caller keeps it out of logs and errors.
func (s Secret) Reveal() string { return strings.TrimSpace(string(s)) }

// Blank reports whether nothing is left of s without white space.
func (s Secret) Blank() bool { return s.Reveal() == "" }
