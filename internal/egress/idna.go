package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// asciiName returns the name that net/http would dial for host. net/http maps a host that is not
// ASCII (fullwidth digits become digits, ideographic full stops become dots) after everybody else has
// looked at it, with a copy of the IDNA tables that nothing exports. So we ask net/http itself: a
// transport that never connects shows the address it was about to dial. What we then store is ASCII,
// which net/http leaves alone.
func asciiName(host string) (string, error) {
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host, nil
	}
	name := dialledName(host)
	if name == "" || strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return "", refuseURL("host", "The host name cannot be written in ASCII; use its punycode form (xn--).")
	}
	return name, nil
}

func dialledName(host string) string {
	dialled := make(chan string, 1)
	probe := &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		dialled <- address
		return nil, errors.New("asked only for the address")
	}}
	request := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: host}, Header: http.Header{}}
	answer, err := probe.RoundTrip(request)
	if err == nil {
		_ = answer.Body.Close()
	}
	select {
	case address := <-dialled:
		name, _, _ := net.SplitHostPort(address)
		return name
	default:
		return ""
	}
}
