package receive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/form"
	"github.com/posthorn/posthorn/internal/hook"
)

// payloadOf returns what receivers get of a webhook. Every body has a payload: what was acknowledged is handed on.
// Messages are JSON, so:
//
//   - JSON goes on byte for byte: what was signed, logged or documented elsewhere is what arrives. Only a byte order mark
//     before it is left out, which is not JSON.
//   - Anything else is an object with contentType and body, its text as it came (bodyBase64 if it is no text). That
//     holds for what is called JSON and is not, too. A form has the object form beside it, with a list for a field that
//     came several times: most want the fields, and those who check the provider's signature once more want the text.
//     The parameters of a query are the object query in the same way.
//   - Where there is no body but a query, as in most requests by GET, the object of its parameters is the whole payload.
//
// Original headers and the query are carried beside it (carriedOf), so that asking for one changes no byte of the payload.
func payloadOf(r hook.Received) []byte {
	if len(r.Body) == 0 {
		if parameters := parametersOf(r.Query); parameters != nil {
			return parameters
		}
	}
	if body := bodypath.WithoutBOM(r.Body); isJSON(r.ContentType, body) {
		return body
	}
	var w object
	w.addText(r)
	return w.bytes()
}

// isJSON reports whether a body is JSON by its content type, or an array or an object under a type that some senders use
// for everything.
func isJSON(contentType string, body []byte) bool {
	kind := mediaType(contentType)
	valid := func() bool { return len(body) > 0 && utf8.Valid(body) && json.Valid(body) }
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return valid()
	case kind == "" || kind == "text/plain" || kind == "text/json":
		first := bytes.TrimLeft(body, " \t\r\n")
		return len(first) > 0 && (first[0] == '{' || first[0] == '[') && valid()
	}
	return false
}

// parametersOf returns the parameters of a query as a JSON object; nil if there are none, or too many.
func parametersOf(query string) []byte {
	fields, err := form.ParseQuery(query, maxFormFields)
	if err != nil || len(fields) == 0 {
		return nil
	}
	return encode(formOf(fields))
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
	if utf8.Valid(r.Body) {
		o.add("body", encode(string(r.Body)))
	} else {
		o.add("bodyBase64", encode(base64.StdEncoding.EncodeToString(r.Body)))
	}
	if form.Is(r.ContentType) {
		if fields, err := form.Parse(r.ContentType, r.Body, maxFormFields); err == nil {
			o.add("form", encode(formOf(fields)))
		}
	}
	if parameters := parametersOf(r.Query); parameters != nil {
		o.add("query", parameters)
	}
}

// maxFormFields is how many fields of a form, or parameters of a query, are handed on one by one; a form with more is handed on as a text.
const maxFormFields = 10_000

// formOf returns the fields by name, with a list for a field that came several times.
func formOf(fields []form.Field) map[string]any {
	values := make(map[string][]any, len(fields))
	for _, f := range fields {
		values[f.Name] = append(values[f.Name], valueOf(f))
	}
	byName := make(map[string]any, len(values))
	for name, several := range values {
		byName[name] = several
		if len(several) == 1 {
			byName[name] = several[0]
		}
	}
	return byName
}

// filePart describes a file of a form. Its content is in the body.
type filePart struct {
	Filename    string `json:"filename"`
	ContentType string `json:"contentType"`
	Size        int64  `json:"size"` // bytes
}

// valueOf returns a text, or the description of a file.
func valueOf(f form.Field) any {
	if f.File == nil {
		return f.Value
	}
	return filePart{f.File.Name, f.File.ContentType, f.File.Size}
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
