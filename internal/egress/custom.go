package egress

import (
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

const (
	maxHeaders     = 50
	maxHeaderName  = 128
	maxHeaderValue = 4 << 10
	maxHeaderBytes = 16 << 10
)

// CheckHeaders reports whether the headers that a user wants on every request of an endpoint may be
// sent: proper names, no reserved one, no control characters, at most 50 of them and 16 KiB together,
// 4 KiB each. Every error is an Invalid fault whose Field is "headers". It never repeats a value:
// values are secrets.
func CheckHeaders(h map[string]string) error {
	if len(h) > maxHeaders {
		return fault.In("headers", "headers_too_many", "There are too many headers; use at most %d.", maxHeaders)
	}
	size := 0
	seen := make(map[string]bool, len(h))
	for name, value := range h {
		lower := strings.ToLower(name)
		if err := checkHeader(name, lower, value); err != nil {
			return err
		}
		if seen[lower] {
			return fault.In("headers", "header_twice", "Give the header %q once; upper and lower case are the same name.", lower)
		}
		seen[lower] = true
		size += len(name) + len(value)
	}
	if size > maxHeaderBytes {
		return fault.In("headers", "headers_too_large", "The headers are too large; use at most %d bytes together.", maxHeaderBytes)
	}
	return nil
}

func checkHeader(name, lower, value string) error {
	switch {
	case name == "" || len(name) > maxHeaderName || strings.ContainsFunc(name, notInToken):
		return fault.In("headers", "header_name", "A header name must be 1 to %d letters, digits and hyphens.", maxHeaderName)
	case reserved(lower):
		return fault.In("headers", "header_reserved", "The header %q is reserved; leave it out.", name)
	case len(value) > maxHeaderValue:
		return fault.In("headers", "header_too_large", "The value of the header %q is too long; use at most %d bytes.", name, maxHeaderValue)
	case strings.ContainsFunc(value, notInValue):
		return fault.In("headers", "header_value", "The value of the header %q must be printable ASCII on one line.", name)
	case strings.Trim(value, " \t") != value:
		return fault.In("headers", "header_value", "Remove spaces around the value of the header %q; they would not be sent.", name)
	}
	return nil
}

// notInToken follows RFC 9110 section 5.6.2.
func notInToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') &&
		!strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// notInValue follows RFC 9110 section 5.5 without obs-text, whose encoding every receiver guesses.
func notInValue(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }

// reserved reports whether a header is ours to write. Those that frame the message or name its
// receiver would let one user's text change what the request is (RFC 9110 sections 7.2, 7.6.1 and 8.6,
// RFC 9112); those that describe the body are the dialect's, which writes the body; those of the
// signature must not be forged; and those that a proxy believes about us are not for an endpoint's
// owner to claim.
func reserved(lower string) bool {
	switch lower {
	case "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
		"http2-settings", "expect", "content-type", "content-encoding", "content-range", "accept-encoding", "date":
		return true
	}
	for _, prefix := range []string{"webhook-", "svix-", "posthorn-"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return hook.SetByProxies(lower)
}
