package all

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/provider"
)

// fieldsOf reads a JSON object. A name must not stand there twice, in whatever case or letters that some reader takes
// for the same: where the signature is over values and not over the body, whoever replays a message could add another
// value for the next reader to find.
func fieldsOf(object []byte) (map[string]json.RawMessage, error) {
	malformed := provider.Refuse(provider.Malformed, "body")
	d := json.NewDecoder(bytes.NewReader(bodypath.WithoutBOM(object)))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, malformed
	}
	fields, seen := map[string]json.RawMessage{}, map[string]bool{}
	for d.More() {
		name, value, err := nextField(d)
		if err != nil || strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil, malformed
		}
		if seen[strings.ToLower(name)] {
			return nil, provider.Refuse(provider.Repeated, "JSON field")
		}
		fields[name], seen[strings.ToLower(name)] = value, true
	}
	if _, err := d.Token(); err != nil {
		return nil, malformed
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed
	}
	return fields, nil
}

func nextField(d *json.Decoder) (name string, value json.RawMessage, err error) {
	token, err := d.Token()
	if err != nil {
		return "", nil, err
	}
	name, _ = token.(string)
	return name, value, d.Decode(&value)
}

// bodyUnless is the body, byte for byte, unless the function reports true for it: then the request is refused.
func bodyUnless(refused func([]byte) bool) provider.Piece {
	return provider.Computed("body", func(c *provider.Check) (string, error) {
		if refused(c.Request.Body) {
			return "", provider.Refuse(provider.Malformed, "body")
		}
		return string(c.Request.Body), nil
	}, provider.Body())
}
