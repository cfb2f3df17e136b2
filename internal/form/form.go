// Package form reads the fields of a form as browsers write it: application/x-www-form-urlencoded by the parser of the URL
// standard, and multipart/form-data. It exists because net/url refuses a whole form for one stray ";" or "%", which
// senders write and receivers elsewhere accept.
package form

import (
	"errors"
	"strings"
)

// Field is one field, in the order in which it came.
type Field struct {
	Name  string
	Value string // of a file part empty
	File  *File  // nil unless the part is a file
}

// File describes a file part of a multipart form. Its content stays in the body.
type File struct {
	Name        string
	ContentType string
	Size        int64 // bytes
}

// Why a form cannot be read.
var (
	ErrTooMany   = errors.New("the form has too many fields")
	ErrMalformed = errors.New("the form is malformed") // multipart only: every other text is a form
)

// The media types of forms.
const (
	URLEncoded = "application/x-www-form-urlencoded"
	Multipart  = "multipart/form-data"
)

// Is reports whether a content type is that of a form.
func Is(contentType string) bool {
	kind := mediaType(contentType)
	return kind == URLEncoded || kind == Multipart
}

func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// Parse returns the fields of a body, at most most. A body of another content type is read as if it were URL-encoded.
// Texts are in UTF-8; those of the charset that the content type names are converted, bytes that are invalid in UTF-8
// stay as they are.
func Parse(contentType string, body []byte, most int) ([]Field, error) {
	if mediaType(contentType) == Multipart {
		return parseMultipart(contentType, body, most)
	}
	return parseEncoded(string(body), most, decoderOf(contentType))
}

// ParseQuery returns the parameters of a query, at most most.
func ParseQuery(query string, most int) ([]Field, error) { return parseEncoded(query, most, nil) }

// parseEncoded implements https://url.spec.whatwg.org/#urlencoded-parsing: only "&" separates, and what is no escape
// stays as it is.
func parseEncoded(text string, most int, decode func(string) string) ([]Field, error) {
	var fields []Field
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		if len(fields) == most {
			return nil, ErrTooMany
		}
		name, value, _ := strings.Cut(pair, "=")
		fields = append(fields, Field{Name: apply(decode, Unescape(name)), Value: apply(decode, Unescape(value))})
	}
	return fields, nil
}

// Unescape returns what a name or a value of a URL-encoded form means: "+" is a space, "%" and two hex digits are a byte,
// and any other "%" is itself.
func Unescape(text string) string {
	i := strings.IndexAny(text, "+%")
	if i < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	b.WriteString(text[:i])
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			b.WriteByte(digit(text[i+1])<<4 | digit(text[i+2]))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func digit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
