package egress

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// Credentials are the user and password that stood in a URL. No printer, logger or encoder shows
// them, only Authorization does.
type Credentials struct {
	// pair is a pointer so that fmt, which cannot call methods on a Credentials in somebody's
	// unexported field, prints an address there.
	pair *string
}

// Authorization returns the value of an Authorization header for Basic authentication (RFC 7617). It
// is a secret: store it encrypted.
func (c Credentials) Authorization() string {
	if c.pair == nil {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(*c.pair))
}

// Format prints a placeholder for every verb.
func (c Credentials) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, redacted) }

// LogValue logs a placeholder.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText encodes a placeholder.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const redacted = "[redacted]"

// credentialsOf turns the user part of a URL into Basic credentials, nil if there is none. RFC 7617
// has no way to send a colon in the user or a control character anywhere.
func credentialsOf(user *url.Userinfo) (*Credentials, error) {
	if user == nil {
		return nil, nil
	}
	password, _ := user.Password()
	name := user.Username()
	if name == "" && password == "" {
		return nil, nil
	}
	if strings.Contains(name, ":") || strings.ContainsFunc(name+password, control) {
		return nil, refuseURL("credentials", "The user must not contain a colon, and neither it nor the password control characters.")
	}
	pair := name + ":" + password
	return &Credentials{&pair}, nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }
