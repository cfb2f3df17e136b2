package receive

import (
	"net/netip"

	"github.com/posthorn/posthorn/internal/provider"
)

// Request is a request to a source as it came.
type Request struct {
	Key    string // the unguessable part of the address
	URL    string // the address as it was given to the provider, without the query
	Method string
	Query  string              // without the question mark
	Header map[string][]string // by canonical name
	Length int64               // of the body; -1 if it is not said
	Remote netip.Addr
	Body   []byte // all of it; nil until Open said yes
}

// Answer is what the sender of an accepted webhook, or of a handshake, is told.
type Answer struct {
	Status      int
	ContentType string // one of the types in provider; empty if there is no body
	Header      map[string]string
	Body        []byte
}

// first returns the first value of a header.
func (r *Request) first(name string) string {
	if values := r.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// safeType returns a media type that nothing runs in a browser.
func safeType(chosen string) string {
	switch chosen {
	case provider.JSON, provider.XML, provider.Text:
		return chosen
	}
	return provider.Text
}

const statusOK = 200
