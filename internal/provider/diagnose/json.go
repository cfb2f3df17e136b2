package diagnose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const parser = "something between parsed the JSON and wrote it again; verify the bytes as they come, before any parser"

// jsonRewrites are the ways in which libraries write JSON. Which one the sender used is not known, so all are tried.
func jsonRewrites() []rewrite {
	asJSON := func(f func(b []byte) []byte) func(b []byte) []byte {
		return func(b []byte) []byte {
			if !json.Valid(b) {
				return nil
			}
			return f(b)
		}
	}
	var list []rewrite
	for _, w := range []struct {
		code, done string
		back       func(b []byte) []byte
	}{
		{"pretty_printed", "the JSON is written without white space", compact},
		{"spaced", "the JSON has a space after each colon and comma, as Python writes it", spaced},
		{"compacted_2", "the JSON is indented by two spaces", indent("  ")},
		{"compacted_4", "the JSON is indented by four spaces", indent("    ")},
		{"compacted_tab", "the JSON is indented by tabs", indent("\t")},
		{"unicode_escaped", `\u escapes in the JSON are written as the characters themselves`, plainRunes},
		{"unicode_unescaped", `characters outside ASCII are written as \u escapes`, escapeRunes},
		{"slashes_escaped", `slashes are written without a backslash`, plainSlashes},
		{"slashes_unescaped", `slashes are written as \/, as PHP does`, escapeSlashes},
		{"html_unescaped", `<, > and & are written as \u003c, \u003e and \u0026, as Go does`, escapeHTML},
		{"rewritten_js", "the JSON is written as JavaScript does", func(b []byte) []byte { return plainSlashes(plainRunes(compact(b))) }},
		{"rewritten_php", "the JSON is written as PHP does", func(b []byte) []byte { return escapeRunes(escapeSlashes(compact(plainRunes(b)))) }},
		{"rewritten_python", "the JSON is written as Python does", func(b []byte) []byte { return spaced(escapeRunes(plainSlashes(b))) }},
		{"rewritten_go", "the JSON is written as Go does", func(b []byte) []byte { return escapeHTML(plainSlashes(plainRunes(compact(b)))) }},
		{"keys_reordered", "the keys of the JSON are sorted", sorted},
	} {
		list = append(list, rewrite{w.code, w.done, parser, asJSON(w.back)})
	}
	return list
}

func compact(b []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return nil
	}
	return out.Bytes()
}

func indent(by string) func([]byte) []byte {
	return func(b []byte) []byte {
		var out bytes.Buffer
		if json.Indent(&out, bytes.TrimSpace(b), "", by) != nil {
			return nil
		}
		return out.Bytes()
	}
}

// spaced writes a space after every colon and comma that is not within a text.
func spaced(b []byte) []byte {
	dense := compact(b)
	out := make([]byte, 0, len(dense)+len(dense)/8)
	inside := false
	for i := 0; i < len(dense); i++ {
		one := dense[i]
		out = append(out, one)
		switch {
		case inside && one == '\\':
			i++
			out = append(out, dense[i]) // there is one: the JSON is valid
		case one == '"':
			inside = !inside
		case !inside && (one == ':' || one == ','):
			out = append(out, ' ')
		}
	}
	return out
}

// sorted writes the keys of every object in order.
func sorted(b []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // numbers keep their digits
	var value any
	if d.Decode(&value) != nil {
		return nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// plainRunes writes \u escapes as characters, but for those that JSON needs.
func plainRunes(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, size := escape(b[i:])
		switch {
		case size == 0 && b[i] == '\\' && i+1 < len(b):
			out = append(out, b[i], b[i+1])
			i += 2
		case size == 0:
			out = append(out, b[i])
			i++
		case r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError:
			out = append(out, b[i:i+size]...)
			i += size
		default:
			out = utf8.AppendRune(out, r)
			i += size
		}
	}
	return out
}

// escape reads one \u escape, or two that are one character. A size of zero means that there is none.
func escape(b []byte) (r rune, size int) {
	const digits = len(`\u0000`)
	one, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(one) {
		return one, digits
	}
	two, ok := hex4(b[digits:])
	if pair := utf16.DecodeRune(one, two); ok && pair != utf8.RuneError {
		return pair, 2 * digits
	}
	return utf8.RuneError, digits
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}

func escapeRunes(b []byte) []byte {
	var out strings.Builder
	for _, r := range string(b) {
		switch {
		case r < utf8.RuneSelf:
			out.WriteByte(byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}

func plainSlashes(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`\/`), []byte(`/`)) }

func escapeSlashes(b []byte) []byte {
	return bytes.ReplaceAll(plainSlashes(b), []byte(`/`), []byte(`\/`))
}

func escapeHTML(b []byte) []byte {
	var out bytes.Buffer
	json.HTMLEscape(&out, b)
	return out.Bytes()
}
