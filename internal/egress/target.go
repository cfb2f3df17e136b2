package egress

import (
	"net/netip"
	"net/url"
)

// Target is a parsed and normalised URL: lower-case host in its ASCII form, explicit scheme and port,
// no user part, no fragment. It is an immutable value that is cheap to copy and safe to share. Parse
// an endpoint's URL once and keep the Target, not the text.
type Target struct {
	url    *url.URL // what net/http is given; never written to
	text   string
	host   string     // without brackets and port
	at     string     // host:port, to compare with our own
	addr   netip.Addr // valid if the host is a literal address; unmapped
	port   uint16
	secure bool
}

// ParseTarget parses a URL that Policy.CheckURL returned earlier, such as one read from the store. It
// applies every rule about the shape of a URL and none of the policy: a URL that was fine when it was
// written may be refused now, and that is a failed attempt and not an unreadable row.
func ParseTarget(raw string) (Target, error) {
	t, credentials, err := parse(raw)
	if err != nil {
		return Target{}, err
	}
	if credentials != nil {
		return Target{}, refuseURL("credentials", "Store the user and password apart from the URL.")
	}
	return t, nil
}

// String returns the URL. It holds no secret of ours, but its query may hold one of the endpoint's owner.
func (t Target) String() string { return t.text }

// Host returns the name or address without the port, names as punycode.
func (t Target) Host() string { return t.host }

// Port returns the port, also when it is the scheme's default.
func (t Target) Port() uint16 { return t.port }

// IsZero reports whether t was never parsed.
func (t Target) IsZero() bool { return t.url == nil }
