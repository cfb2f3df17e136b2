package receive

import (
	"bytes"
	"strings"

	"github.com/posthorn/posthorn/internal/form"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Source returns the id of the door's source; empty for no door.
func (d *Door) Source() string {
	if d == nil {
		return ""
	}
	return id.Inbound.Text(d.source.ID)
}

// Shown returns the request as a log may show it (C63): whole, but for credentials. Those are the source's own secrets
// and the key of its address wherever they stand, and whatever is in a header, a parameter or a field of a form whose
// name says so. d may be nil, if the request found no source.
func Shown(d *Door, r *Request) Request {
	m := newMask(d, r)
	return Request{
		Key: hint(r.Key) + redacted, Method: r.Method, Query: m.query(r.Query), Header: m.shownHeaders(r.Header), Length: r.Length,
		Remote: r.Remote, Body: m.body(r),
	}
}

// body returns the body as it is shown.
func (m mask) body(r *Request) []byte {
	body := r.Body
	switch mediaType(r.first("Content-Type")) {
	case form.URLEncoded:
		body = []byte(m.query(string(body)))
	case form.Multipart:
		body = withoutSecretParts(r.first("Content-Type"), body)
	}
	for _, secret := range m.secrets {
		body = bytes.ReplaceAll(body, []byte(secret), []byte(redacted))
	}
	return body
}

// maxShownParts is how many parts of a multipart form are looked at.
const maxShownParts = 200

// withoutSecretParts replaces the texts of those parts of a multipart form whose names say that they are credentials. It
// replaces the whole body if it cannot find them: if the form is malformed or has too many parts, or if a text is not in
// the body as it was read, since lines end in LF alone or the form declares a charset.
func withoutSecretParts(contentType string, body []byte) []byte {
	fields, err := form.Parse(contentType, body, maxShownParts)
	if err != nil {
		return []byte(redacted)
	}
	replaced := map[string]bool{}
	for _, f := range fields {
		if f.Value == "" || !secretParameter(f.Name) || replaced[f.Value] {
			continue
		}
		part := func(text string) []byte { return []byte("\r\n\r\n" + text + "\r\n--") }
		if !bytes.Contains(body, part(f.Value)) {
			return []byte(redacted)
		}
		body = bytes.ReplaceAll(body, part(f.Value), part(redacted))
		replaced[f.Value] = true
	}
	return body
}

// shownHeaders is headers with a place for each credential: whether one came at all is what somebody looks for.
func (m mask) shownHeaders(h map[string][]string) map[string][]string {
	shown := make(map[string][]string, len(h))
	for name, values := range h {
		switch {
		case secretName(name):
			shown[name] = []string{redacted}
		case name == referer:
			shown[name] = withoutKeys(m.values(bare(values)))
		default:
			shown[name] = withoutKeys(m.values(values))
		}
	}
	return shown
}

// withoutKeys cuts off what stands behind the path of a source's address: proxies write the address into headers of
// their own, and below an address that is not quite right stands one that is.
func withoutKeys(values []string) []string {
	const path = "/in/"
	for i, value := range values {
		if before, _, is := strings.Cut(value, path); is {
			values[i] = before + path + redacted
		}
	}
	return values
}

// MostShown is how much of a body a log shows, in bytes; as much as is kept of one that was refused.
const MostShown = hook.MaxRefusedBody
