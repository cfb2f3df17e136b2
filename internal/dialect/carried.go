package dialect

import (
	"net/textproto"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/hook"
)

// Carries reports whether a header of a webhook that somebody else sent may stand in a request of ours. Whoever
// receives that must be able to tell what we say from what a stranger said, so these may not:
//
//   - what belongs to the connection that it came over (RFC 9110, section 7.6.1) or frames the message;
//   - credentials and cookies: they were meant for us;
//   - what describes a body, or names, signs and counts webhooks: that is ours to say;
//   - what a receiver believes because its own proxy says so: the way that a request took, who sent it, what it asks for.
//
// Of names, only letters, digits and hyphens are carried: CGI and what followed it (RFC 3875, section 4.1.18) hand headers
// on as variables, where X_Own and X.Own are X-Own, and would come in place of what is withheld or of the owner's own. A
// name that is not canonical would stand beside ours instead of giving way to it, and a name or value that cannot be
// written would end the request.
func Carries(name string, values []string) bool {
	return textproto.CanonicalMIMEHeaderKey(name) == name && !strings.ContainsFunc(name, notInName) && !withheld(name) && writable(values)
}

func writable(values []string) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return strings.ContainsFunc(value, notInValue) })
}

func withheld(name string) bool {
	switch name {
	case "", "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Host", "Expect",
		"Authorization", "Cookie", "Cookie2", "Set-Cookie",
		"User-Agent", "Accept-Encoding", "Date":
		return true
	}
	return hook.SetByProxies(name) || slices.ContainsFunc([]string{"Content-", "Webhook-", "Svix-", "Posthorn-"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// notInName leaves less than a token may have (RFC 9110, section 5.6.2): what means the same to every receiver.
func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
}

// notInValue is a control character (RFC 9110, section 5.5). Bytes that are no ASCII go on as they came.
func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
