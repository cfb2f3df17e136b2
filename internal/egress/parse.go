package egress

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/fault"
)

// maxURL is the longest URL that is accepted and, escapes included, the longest that is sent.
const maxURL = 2048

// refuseURL returns the error about a URL's shape. It has no cause on purpose: the errors of net/url
// repeat the input, which may hold a password.
func refuseURL(code, sentence string) error {
	return fault.In("url", "url_"+code, "%s", sentence)
}

// parse reads raw as net/http will, and refuses what two readers could read differently.
func parse(raw string) (Target, *Credentials, error) {
	if err := checkText(raw); err != nil {
		return Target{}, nil, err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return Target{}, nil, refuseURL("invalid", "This is not a URL; write one such as https://example.com/webhooks.")
	}
	if err := checkParts(u); err != nil {
		return Target{}, nil, err
	}
	t, err := normalise(u)
	if err != nil {
		return Target{}, nil, err
	}
	credentials, err := credentialsOf(u.User)
	return t, credentials, err
}

// checkText refuses characters that mean nothing good in a URL: spaces and controls would reach the
// request line, and a backslash is a slash to browsers and not to us.
func checkText(raw string) error {
	switch {
	case raw == "":
		return refuseURL("required", "Give a URL, such as https://example.com/webhooks.")
	case len(raw) > maxURL:
		return refuseURL("too_long", fmt.Sprintf("The URL is too long; use at most %d bytes.", maxURL))
	case !utf8.ValidString(raw), strings.ContainsFunc(raw, unwelcome):
		return refuseURL("invalid", "Remove spaces, backslashes and control characters from the URL, or percent-encode them.")
	}
	return nil
}

func unwelcome(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }

func checkParts(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return refuseURL("scheme", "Give a whole URL that begins with https://, such as https://example.com/webhooks; http:// is for where the operator allows it.")
	case u.Opaque != "" || u.Hostname() == "":
		return refuseURL("invalid", "The URL needs two slashes and a host after the scheme, such as https://example.com/.")
	case u.Fragment != "":
		return refuseURL("fragment", "Remove the # and what follows it from the URL; that part is never sent.")
	}
	return nil
}

// normalise returns the one spelling of u that is stored, compared, vetted and dialled.
func normalise(u *url.URL) (Target, error) {
	t := Target{secure: u.Scheme == "https"}
	var err error
	if t.host, t.addr, err = hostOf(u); err != nil {
		return Target{}, err
	}
	if t.port, err = portOf(u); err != nil {
		return Target{}, err
	}
	t.at = net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
	t.url = &url.URL{
		Scheme: u.Scheme, Host: authority(t), Path: u.Path, RawPath: u.RawPath,
		RawQuery: escapeQuery(u.RawQuery), ForceQuery: u.ForceQuery,
	}
	if t.url.Path == "" {
		t.url.Path = "/"
	}
	t.text = t.url.String()
	if len(t.text) > maxURL {
		return Target{}, refuseURL("too_long", fmt.Sprintf("The URL is too long; use at most %d bytes, escapes included.", maxURL))
	}
	return t, nil
}

// authority returns host and port as a URL spells them.
func authority(t Target) string {
	host := t.host
	if t.addr.Is6() {
		host = "[" + host + "]"
	}
	if t.secure && t.port == 443 || !t.secure && t.port == 80 {
		return host
	}
	return host + ":" + strconv.Itoa(int(t.port))
}

func portOf(u *url.URL) (uint16, error) {
	text := u.Port()
	switch {
	case text != "":
	case strings.HasSuffix(u.Host, ":"):
		return 0, refuseURL("port", "Write a port after the colon, or remove the colon.")
	case u.Scheme == "https":
		return 443, nil
	default:
		return 80, nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, refuseURL("port", "The port must be a number from 1 to 65535.")
	}
	return uint16(port), nil
}

// escapeQuery escapes what is not ASCII; net/http would put it on the request line as it is.
func escapeQuery(q string) string {
	if strings.IndexFunc(q, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return q
	}
	var b strings.Builder
	for i := range len(q) {
		if q[i] < utf8.RuneSelf {
			b.WriteByte(q[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", q[i])
		}
	}
	return b.String()
}

// hostOf returns the host of u in its only accepted spelling, and the address if it is one.
func hostOf(u *url.URL) (string, netip.Addr, error) {
	if strings.HasPrefix(u.Host, "[") {
		return literal6(u.Hostname())
	}
	name, err := asciiName(u.Hostname())
	if err != nil {
		return "", netip.Addr{}, err
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if !numeric(name) {
		return name, netip.Addr{}, checkName(name)
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return "", netip.Addr{}, refuseURL("host", "Write an IPv4 address as four decimal numbers, such as 192.0.2.1.")
	}
	return name, addr, nil
}

// literal6 reads the inside of brackets. A v4-mapped address becomes the IPv4 address that it is.
func literal6(host string) (string, netip.Addr, error) {
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Is4() || addr.Zone() != "" {
		return "", netip.Addr{}, refuseURL("host", "Write an IPv6 address without a zone in the brackets, such as [2001:db8::1].")
	}
	addr = addr.Unmap()
	return addr.String(), addr, nil
}

// numeric reports whether some resolver could read name as an IPv4 address: its last label is a
// number, decimal, octal or hexadecimal (the WHATWG URL standard's "ends in a number").
func numeric(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	hex, found := strings.CutPrefix(last, "0x")
	return found && strings.Trim(hex, "0123456789abcdef") == ""
}

// checkName applies RFC 1035's limits and the host alphabet, with the underscore that container
// networks use in names.
func checkName(name string) error {
	if len(name) > 253 {
		return refuseURL("host", "The host name is too long; use at most 253 characters.")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInLabel) ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return refuseURL("host", "The host name is wrong: between the dots use 1 to 63 letters, digits and inner hyphens.")
		}
	}
	return nil
}

func notInLabel(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
