package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// MinRedacted is the length in bytes of the shortest value that is redacted. Shorter ones are found in texts by chance.
const MinRedacted = 8

// Redactor replaces secret values in texts that another party wrote. The zero Redactor replaces nothing. It is
// immutable and safe for concurrent use.
type Redactor struct{ values [][]byte }

// RedactHeader returns a Redactor for the values of headers: each value, its parts (the token behind "Bearer", each
// signature of a list, each parameter), and for Basic authentication the user and password as a pair and the password alone.
func RedactHeader(values ...string) Redactor {
	all := slices.Clone(values)
	for _, value := range values {
		all = append(all, strings.FieldsFunc(value, between)...)
		if encoded, ok := strings.CutPrefix(value, "Basic "); ok {
			pair, _ := base64.StdEncoding.DecodeString(encoded) // what is no base64 has no password
			_, password, _ := strings.Cut(string(pair), ":")
			all = append(all, string(pair), password)
		}
	}
	return redactorOf(all)
}

// between separates the parts of a header's value.
func between(r rune) bool {
	return r == ' ' || r == '\t' || r == ',' || r == ';' || r == '=' || r == '"'
}

// maxValues bounds the work for one text. Whole headers come first.
const maxValues = 128

func redactorOf(values []string) (r Redactor) {
	for _, value := range values {
		if len(r.values) == maxValues {
			break
		}
		if len(value) >= MinRedacted && !r.has(value) {
			r.values = append(r.values, []byte(value))
		}
	}
	return r
}

func (r Redactor) has(value string) bool {
	return slices.ContainsFunc(r.values, func(known []byte) bool { return string(known) == value })
}

// And returns a Redactor for the values of both.
func (r Redactor) And(other Redactor) Redactor {
	return Redactor{append(slices.Clip(r.values), other.values...)}
}

// base64Forms returns what stands for value in the base64 of a text that contains it: one form for each of the three
// places in a group of three bytes where it may begin, without the characters that depend on its neighbours.
func base64Forms(value []byte) (forms [][]byte) {
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			text := encoding.AppendEncode(nil, append(make([]byte, shift, shift+len(value)), value...))
			first, last := (8*shift+5)/6, 8*(shift+len(value))/6
			forms = append(forms, text[first:last])
		}
	}
	return forms
}

// shortestForm returns a length that no form of a value of n bytes falls short of.
func shortestForm(n int) int { return (8*n - 10) / 6 }

// span is a part of a text.
type span struct{ from, to int }

// Bytes returns text with Redacted in place of each value, also if it is written in base64 or with the escapes of JSON,
// URLs or HTML, and in place of the beginning of a value (MinRedacted bytes or more) at the end of text, which may be
// cut off there. It returns text itself if there is nothing to replace, and never changes it.
func (r Redactor) Bytes(text []byte) []byte {
	if len(text) < MinRedacted || len(r.values) == 0 {
		return text
	}
	found := r.find(text)
	for decoded := newDecoding(text); decoded.next(); {
		for _, s := range r.find(decoded.text) {
			found = append(found, span{decoded.source(s.from), decoded.source(s.to)})
		}
	}
	if len(found) == 0 {
		return text
	}
	return replace(text, found)
}

// String is Bytes for a string.
func (r Redactor) String(text string) string {
	if len(text) < MinRedacted || len(r.values) == 0 {
		return text
	}
	return string(r.Bytes([]byte(text)))
}

// find returns the spans of text that hold a value.
func (r Redactor) find(text []byte) (found []span) {
	longest, last := base64Runs(text)
	for _, value := range r.values {
		found = appendOccurrences(found, text, value)
		if longest < shortestForm(len(value)) && last < MinRedacted {
			continue // no room for an encoded one
		}
		for _, form := range base64Forms(value) {
			for _, s := range appendOccurrences(nil, text, form) {
				found = append(found, widened(text, s))
			}
		}
	}
	return found
}

// appendOccurrences appends the spans of text that hold value, and the one at its end that holds the beginning of value.
// Its time is linear in the lengths of both.
func appendOccurrences(found []span, text, value []byte) []span {
	for at := 0; ; {
		i := bytes.Index(text[at:], value)
		if i < 0 {
			break
		}
		found = append(found, span{at + i, at + i + len(value)})
		at += i + len(value)
	}
	end := text[max(0, len(text)-len(value)+1):]
	if !bytes.Contains(end, value[:MinRedacted]) {
		return found
	}
	if n := overlap(end, value); n >= MinRedacted {
		found = append(found, span{len(text) - n, len(text)})
	}
	return found
}

// overlap returns the length of the longest beginning of value that text ends with. It is the search of Knuth, Morris
// and Pratt, which never looks at a byte of text twice.
func overlap(text, value []byte) int {
	border := make([]int, len(value)) // by length-1 of a beginning: that of the longest shorter one that it ends with
	for i, n := 1, 0; i < len(value); i++ {
		for n > 0 && value[i] != value[n] {
			n = border[n-1]
		}
		if value[i] == value[n] {
			n++
		}
		border[i] = n
	}
	n := 0
	for _, c := range text {
		for n > 0 && (n == len(value) || c != value[n]) {
			n = border[n-1]
		}
		if c == value[n] {
			n++
		}
	}
	return n
}

// base64Runs returns the lengths of the longest run of base64 characters in text and of the one at its end.
func base64Runs(text []byte) (longest, last int) {
	for _, c := range text {
		if !inBase64(c) {
			last = 0
			continue
		}
		last++
		longest = max(longest, last)
	}
	return longest, last
}

func inBase64(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

// widened returns s with the characters around it that hold the first and last bits of the value.
func widened(text []byte, s span) span {
	for n := 0; n < 2 && s.from > 0 && inBase64(text[s.from-1]); n++ {
		s.from--
	}
	for n := 0; n < 3 && s.to < len(text) && (inBase64(text[s.to]) || text[s.to] == '='); n++ {
		s.to++
	}
	return s
}

// replace returns text with Redacted in place of the spans, which may overlap.
func replace(text []byte, found []span) []byte {
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	result := make([]byte, 0, len(text)+len(Redacted))
	end := 0 // of what has been replaced or copied
	for i, s := range found {
		if i > 0 && s.from < end {
			end = max(end, s.to)
			continue
		}
		result = append(append(result, text[end:s.from]...), Redacted...)
		end = s.to
	}
	return append(result, text[end:]...)
}

// HiddenHeader reports whether the value of a header is a secret by the header's name. The public Svix server hides
// authorization, proxy-authorization, proxy-authenticate, www-authenticate and x-auth-token
// (github.com/svix/svix-webhooks, server/svix-server/src/v1/endpoints/endpoint); the words below cover
// those and what else is commonly a secret. Hiding too much costs a glance, showing too much a leak.
func HiddenHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{
		"auth", "key", "token", "secret", "pass", "pwd", "cookie", "session", "credential", "signature", "jwt", "bearer",
	}, func(word string) bool { return strings.Contains(name, word) })
}
