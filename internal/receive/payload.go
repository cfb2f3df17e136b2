package receive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// payloadOf returns what receivers get of a webhook. Messages are JSON, so:
//
//   - JSON goes on byte for byte: what was signed, logged or documented elsewhere is what arrives.
//   - Anything else is an object with contentType and body, its text as it came (bodyBase64 if it is no text).
//     A form has the object form beside it, with a list for a field that came several times: most want the
//     fields, and those who check the provider's signature once more want the text.
//
// Original headers are carried beside it (carriedOf), so that asking for one changes no byte of the payload.
func payloadOf(r hook.Received) ([]byte, error) {
	isJSON, err := bodyIsJSON(r)
	if err != nil {
		return nil, err
	}
	if isJSON {
		return r.Body, nil
	}
	var w object
	w.addText(r)
	return w.bytes(), nil
}

// bodyIsJSON reports whether a body is JSON. One that says so and is not, cannot be handed on. One that does not say
// so may still be: some senders call everything text/plain.
func bodyIsJSON(r hook.Received) (bool, error) {
	kind := mediaType(r.ContentType)
	valid := len(r.Body) > 0 && utf8.Valid(r.Body) && json.Valid(r.Body)
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		if !valid {
			return false, fault.New(fault.Invalid, "bad_body", "The body is not the JSON that its content type promises.")
		}
		return true, nil
	case kind == "" || kind == "text/plain" || kind == "text/json":
		first := bytes.TrimLeft(r.Body, " \t\r\n")
		return valid && (first[0] == '{' || first[0] == '['), nil
	}
	return false, nil
}

func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// object is a JSON object that is written member by member, in an order that people find easy to read.
type object struct{ text bytes.Buffer }

func (o *object) add(name string, value []byte) {
	if o.text.Len() > 0 {
		o.text.WriteByte(',')
	}
	o.text.Write(encode(name))
	o.text.WriteByte(':')
	o.text.Write(value)
}

// addText adds a body that is no JSON.
func (o *object) addText(r hook.Received) {
	o.add("contentType", encode(r.ContentType))
	if !utf8.Valid(r.Body) {
		o.add("bodyBase64", encode(base64.StdEncoding.EncodeToString(r.Body)))
		return
	}
	o.add("body", encode(string(r.Body)))
	if mediaType(r.ContentType) != "application/x-www-form-urlencoded" {
		return
	}
	if fields, err := url.ParseQuery(string(r.Body)); err == nil {
		o.add("form", encode(formOf(fields)))
	}
}

func formOf(fields url.Values) map[string]any {
	form := make(map[string]any, len(fields))
	for name, values := range fields {
		form[name] = values
		if len(values) == 1 {
			form[name] = values[0]
		}
	}
	return form
}

func (o *object) bytes() []byte { return slices.Concat([]byte{'{'}, o.text.Bytes(), []byte{'}'}) }

// encode writes texts, and maps of them, as JSON for programs: nothing is escaped for pages.
func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("receive: texts did not become JSON: " + err.Error())
	}
	return bytes.TrimRight(text.Bytes(), "\n")
}
