package secret

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDecodings bounds how often escapes are resolved: JSON inside of JSON inside of a URL needs three.
const maxDecodings = 3

// decoding is a text whose escapes are resolved, layer by layer.
type decoding struct {
	text   []byte
	layers []layer
}

// layer says where the pieces of a text came from in the text before it, in rising order; the last one is its end.
type layer struct{ pieces []piece }

// piece begins at a place of a text and came from a place of the text before it. All of a literal piece is as it was.
type piece struct {
	at, from int
	literal  bool
}

func newDecoding(text []byte) *decoding { return &decoding{text: text} }

// next resolves one more layer of escapes. It reports false if there is none, or enough were resolved.
func (d *decoding) next() bool {
	if len(d.layers) == maxDecodings || !bytes.ContainsAny(d.text, `%\&`) {
		return false
	}
	text, l := make([]byte, 0, len(d.text)), layer{}
	changed := false
	for i := 0; i < len(d.text); {
		if run := literalRun(d.text[i:]); run > 0 {
			l.pieces = append(l.pieces, piece{len(text), i, true})
			text = append(text, d.text[i:i+run]...)
			i += run
			continue
		}
		decoded, n := unescape(d.text[i:])
		changed = changed || n != 1
		if n == 0 { // an escape that is cut off
			break
		}
		l.pieces = append(l.pieces, piece{len(text), i, false})
		text = append(text, decoded...)
		i += n
	}
	l.pieces = append(l.pieces, piece{len(text), len(d.text), false}) // the end
	d.text, d.layers = text, append(d.layers, l)
	return changed
}

// literalRun returns how many bytes at the beginning of text are no beginning of an escape.
func literalRun(text []byte) int {
	for i, c := range text {
		if c == '%' || c == '\\' || c == '&' {
			return i
		}
	}
	return len(text)
}

// source returns where in the first text the byte at i came from, or the end of that text for the end of the last one.
func (d *decoding) source(i int) int {
	for n := len(d.layers) - 1; n >= 0; n-- {
		i = d.layers[n].source(i)
	}
	return i
}

func (l layer) source(i int) int {
	n, exact := slices.BinarySearchFunc(l.pieces, i, func(p piece, i int) int { return cmp.Compare(p.at, i) })
	if !exact {
		n-- // the piece that i is in
	}
	p := l.pieces[n]
	if p.literal {
		return p.from + i - p.at
	}
	return p.from
}

// unescape returns what stands at the beginning of text and how long it is there: a byte, or an escape of JSON, of a
// URL or of HTML. It returns a length of zero for an escape that goes on behind the end of text.
func unescape(text []byte) (decoded []byte, n int) {
	switch text[0] {
	case '%':
		return unescapeHex(text, 1, 2)
	case '\\':
		return unescapeBackslash(text)
	case '&':
		return unescapeEntity(text)
	}
	return text[:1], 1
}

// unescapeHex reads a character of the given number of hexadecimal digits behind a prefix.
func unescapeHex(text []byte, prefix, digits int) ([]byte, int) {
	whole := prefix + digits
	if len(text) < whole {
		return nil, 0
	}
	code, err := strconv.ParseUint(string(text[prefix:whole]), 16, 16)
	switch {
	case err != nil:
		return text[:1], 1
	case digits == 2:
		return []byte{byte(code)}, whole
	}
	return utf8.AppendRune(nil, rune(code)), whole
}

func unescapeBackslash(text []byte) ([]byte, int) {
	if len(text) == 1 {
		return nil, 0
	}
	switch text[1] {
	case 'u':
		return unescapeHex(text, 2, 4)
	case 'x':
		return unescapeHex(text, 2, 2)
	case '"', '\'', '/', '\\':
		return text[1:2], 2
	}
	return text[:1], 1
}

// longestEntity is the length of the longest character reference that is resolved, such as &#x0000002b;.
const longestEntity = 12

func unescapeEntity(text []byte) ([]byte, int) {
	end := bytes.IndexByte(text[:min(len(text), longestEntity)], ';')
	switch {
	case end < 0 && len(text) < longestEntity:
		return nil, 0
	case end < 0:
		return text[:1], 1
	}
	name := string(text[1:end])
	switch name {
	case "amp":
		return []byte("&"), end + 1
	case "lt":
		return []byte("<"), end + 1
	case "gt":
		return []byte(">"), end + 1
	case "quot":
		return []byte(`"`), end + 1
	case "apos":
		return []byte("'"), end + 1
	}
	digits, numeric := strings.CutPrefix(name, "#")
	base := 10
	if hex := strings.TrimLeft(digits, "xX"); hex != digits {
		digits, base = hex, 16
	}
	code, err := strconv.ParseUint(digits, base, 32)
	if !numeric || err != nil || code > utf8.MaxRune {
		return text[:1], 1
	}
	return utf8.AppendRune(nil, rune(code)), end + 1
}
