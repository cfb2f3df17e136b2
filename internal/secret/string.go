// Package secret keeps secrets from being seen: String is text that no printer, logger or encoder
// shows by accident, and Box encrypts what is stored, so that a copy of the database alone opens
// nothing.
package secret

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/posthorn/posthorn/internal/fault"
)

// Redacted is what is shown in place of a secret.
const Redacted = "[redacted]"

// String is secret text. The zero String is empty. Compare two with Equal, not with ==.
type String struct {
	// text is a pointer so that fmt, which cannot call methods on a String in somebody's unexported
	// field, prints an address there instead of the secret.
	text *string
}

// Text returns s as a secret.
func Text(s string) String {
	if s == "" {
		return String{}
	}
	return String{&s}
}

// Reveal returns the text. The caller must keep it out of logs, errors and stored plain text.
func (s String) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no text.
func (s String) IsZero() bool { return s.text == nil }

// Equal reports whether both hold the same text. The time it takes depends on the lengths only.
func (s String) Equal(other String) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns Redacted, or the empty string if there is no text: that a secret is not set may be known.
func (s String) String() string {
	if s.text == nil {
		return ""
	}
	return Redacted
}

// GoString returns what String returns.
func (s String) GoString() string { return s.String() }

// Format prints what String returns, whatever the verb.
func (s String) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.String()) }

// LogValue is what String returns.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON writes what String returns.
func (s String) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalText takes the text as it is, except Redacted, see UnmarshalJSON.
func (s *String) UnmarshalText(text []byte) error {
	if string(text) == Redacted {
		return fault.New(fault.Invalid, "redacted_secret",
			"A secret is %q, which stands for a secret that is not shown; send the secret itself or leave it out.", Redacted)
	}
	*s = Text(string(text))
	return nil
}

// UnmarshalJSON takes a JSON string; null leaves s as it is. Redacted is refused: a client that sends
// back what it was shown would replace its secret with a well-known text.
func (s *String) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return fault.New(fault.Invalid, "bad_secret", "A secret must be a JSON string.") // the cause may quote it
	}
	if text == nil {
		return nil
	}
	return s.UnmarshalText([]byte(*text))
}
