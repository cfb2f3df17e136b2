package diagnose

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/provider"
)

const bom = "\ufeff"

// rewrite is one way to get back to the body that was signed. It returns nil where it does not apply.
type rewrite struct {
	code string
	done string // "the signature matches if ..."
	by   string // ": ..."
	back func(body []byte) []byte
}

func bodyChanges() []change {
	all := append(edges(), jsonRewrites()...)
	all = append(all, wrappings()...)
	list := make([]change, 0, len(all))
	for _, r := range all {
		list = append(list, change{Body, r.code, "The signature matches if " + r.done + ": " + r.by + ".", func(c *provider.Check) bool {
			body := r.back(c.Request.Body)
			if body == nil || bytes.Equal(body, c.Request.Body) {
				return false
			}
			c.Request.Body = body
			return true
		}})
	}
	return list
}

// edges are the changes at the ends of a body and in its line breaks.
func edges() []rewrite {
	const appended, stripped = "something between appended it, often an editor or a shell that saved the body", "something between cut it off"
	return []rewrite{
		{"line_break_added", "the line break at the end is removed", appended, func(b []byte) []byte {
			return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
		}},
		{"white_space_added", "all white space around the body is removed", appended, bytes.TrimSpace},
		{"line_break_removed", "a line break is added at the end", stripped, func(b []byte) []byte { return join(b, "\n") }},
		{"crlf_removed", "CR and LF are added at the end", stripped, func(b []byte) []byte { return join(b, "\r\n") }},
		{"lf_to_crlf", "its line breaks are LF instead of CR LF", "something between rewrote them", func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
		}},
		{"crlf_to_lf", "its line breaks are CR LF instead of LF", "something between rewrote them", func(b []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		}},
		{"bom_added", "the byte order mark at the beginning is removed", "something between saved the body as \"UTF-8 with BOM\"", func(b []byte) []byte {
			return bytes.TrimPrefix(b, []byte(bom))
		}},
		{"bom_removed", "a byte order mark is put in front", "something between dropped it when it decoded the body", func(b []byte) []byte {
			return append([]byte(bom), b...)
		}},
	}
}

// wrappings are bodies that were packed, unpacked or decoded as a whole.
func wrappings() []rewrite {
	return []rewrite{
		{"compressed", "the body is decompressed", "something between compressed it, or the capture shows it before it was decompressed", unzip},
		{"base64", "the body is decoded from base64", "a gateway handed it on encoded, as AWS does for what it takes for binary", unbase64},
		{"json_in_json", "the JSON text in which the body is wrapped is unwrapped", "a program encoded the body once more", unquote},
		{"form_payload", "the JSON is put back into the form field payload", "a framework parsed the form and kept the field", intoForm},
		{"form_spaces", "spaces in the form are written as +", "a framework parsed the form and wrote it again", func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("%20"), []byte("+"))
		}},
		{"form_pluses", "spaces in the form are written as %20", "a framework parsed the form and wrote it again", func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("+"), []byte("%20"))
		}},
		{"form_sorted", "the form's fields are sorted and escaped as most libraries do it", "a framework wrote the form again in its own way", sortForm},
		{"form_lower", "the escapes of the form are in small letters", "a framework wrote the form again in its own way", func(b []byte) []byte {
			return escapes(b, strings.ToLower)
		}},
		{"form_upper", "the escapes of the form are in capitals", "a framework wrote the form again in its own way", func(b []byte) []byte {
			return escapes(b, strings.ToUpper)
		}},
		{"decoded_as_latin1", "the body is read as UTF-8 and not as Latin-1", "something between decoded it with the wrong character set and wrote it as UTF-8", toLatin1},
		{"encoded_as_latin1", "the body is written as UTF-8 and not as Latin-1", "something between wrote it with the wrong character set", fromLatin1},
	}
}

func join(b []byte, end string) []byte { return append(bytes.Clone(b), end...) }

func unzip(b []byte) []byte {
	const most = 16 << 20
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil {
		return nil
	}
	return text
}

func unbase64(b []byte) []byte {
	raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(b)))
	if err != nil || len(raw) == 0 {
		return nil
	}
	return raw
}

func unquote(b []byte) []byte {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return nil
	}
	return []byte(text)
}

func intoForm(b []byte) []byte {
	if !json.Valid(b) {
		return nil
	}
	return []byte(url.Values{"payload": {string(b)}}.Encode())
}

// sortForm writes a form again. What has no equals sign is none.
func sortForm(b []byte) []byte {
	fields, err := url.ParseQuery(string(b))
	if err != nil || !bytes.ContainsRune(b, '=') || json.Valid(b) {
		return nil
	}
	return []byte(fields.Encode())
}

// escapes rewrites the hex digits of every %xx.
func escapes(b []byte, digits func(string) string) []byte {
	if json.Valid(b) {
		return nil
	}
	out := bytes.Clone(b)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], digits(string(out[i+1:i+3])))
		}
	}
	return out
}

// toLatin1 turns every character back into the byte that it was taken for.
func toLatin1(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, r := range string(b) {
		if r > 0xff {
			return nil
		}
		out = append(out, byte(r))
	}
	return out
}

func fromLatin1(b []byte) []byte {
	if utf8.Valid(b) {
		return nil
	}
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, one := range b {
		out = utf8.AppendRune(out, rune(one))
	}
	return out
}
