package dialect

import (
	"net/textproto"
	"slices"
	"strings"
)

// Carries reports whether a header of a webhook that somebody else sent may stand in a request of ours. Whoever
// receives that must be able to tell what we say from what a stranger said, so these may not:
//
//   - what belongs to the connection that it came over (RFC 9110, section 7.6.1) or frames the message;
//   - credentials and cookies: they were meant for us;
//   - what describes a body, or names, signs and counts webhooks: that is ours to say;
//   - what a receiver believes about the way a request took because its own proxy says so.
//
// A name that is not canonical would stand beside ours instead of giving way to it, and a name or value that cannot be
// written would end the request.
func Carries(name string, values []string) bool {
	return textproto.CanonicalMIMEHeaderKey(name) == name && !strings.ContainsFunc(name, notInName) && !withheld(name) &&
		!slices.ContainsFunc(values, func(value string) bool { return strings.ContainsFunc(value, notInValue) })
}

func withheld(name string) bool {
	switch name {
	case "", "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Host", "Expect",
		"Authorization", "Cookie", "Cookie2", "Set-Cookie",
		"User-Agent", "Accept-Encoding", "Date",
		"Via", "Forwarded", "X-Real-Ip", "X-Http-Method-Override":
		return true
	}
	return slices.ContainsFunc([]string{"Proxy-", "Content-", "Webhook-", "Svix-", "Posthorn-", "X-Forwarded-"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// notInName leaves of a token (RFC 9110, section 5.6.2) what names of headers are made of.
func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// notInValue is a control character (RFC 9110, section 5.5). Bytes that are no ASCII go on as they came.
func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
