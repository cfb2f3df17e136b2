// Package bodypath reads one place in a JSON body by a path that a user may choose. It exists so that no text of a user
// reaches the path language of github.com/tidwall/gjson, which has modifiers, multipaths, literals and pipes: a path of a
// few bytes in that language can make a result of gigabytes.
//
// A path is a list of steps with full stops between them:
//
//	data.object.id           members of objects
//	items.0.id               an item of an array, counted from 0
//	items.#                  the number of items
//	items.#.id               the id of every item, as a JSON array
//	items.#(kind=="x").id    the id of the first item whose member kind is the text, number or boolean x
//	data.user\.name          a member with a full stop in its name
//	..#.id                   the id of every line, of a body with one JSON value on each line
//
// At most one step begins with "#". A backslash makes the next character part of a name. Reading takes one pass over the
// body, and the result is never longer than the body.
package bodypath

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Path is a place in a JSON body. The zero Path reads nothing.
type Path struct {
	text  string // as it was written
	query string // the same place in the language of gjson
}

// Parse returns the path that text describes. Its error is a sentence that says how to write it.
func Parse(text string) (Path, error) {
	if err := checkOutline(text); err != nil {
		return Path{}, err
	}
	if isPlain(text) { // the usual case, which costs no memory
		return Path{text, text}, nil
	}
	steps, ofLines := strings.CutPrefix(text, linePrefix)
	parsed, err := split(steps)
	if err != nil {
		return Path{}, err
	}
	query := join(parsed).query
	if ofLines {
		query = linePrefix + query
	}
	return Path{text, query}, nil
}

// linePrefix makes a path see the lines of a body as the items of an array.
const linePrefix = ".."

// String returns the path as it was written.
func (p Path) String() string { return p.text }

// Get returns the text at p: a string without its quotes and escapes, a number, true or false, or the JSON of an array
// or an object. It reports false if nothing is there, null is, or the text is longer than the body, which only a number
// with an exponent can be. The body need not be valid JSON behind that place.
func (p Path) Get(body string) (text string, ok bool) {
	if p.query == "" {
		return "", false
	}
	return textOf(gjson.Get(body, p.query), len(body))
}

// GetBytes is Get without a copy of the body, which may begin with a byte order mark.
func (p Path) GetBytes(body []byte) (text string, ok bool) {
	if p.query == "" {
		return "", false
	}
	return textOf(gjson.GetBytes(WithoutBOM(body), p.query), len(body))
}

func textOf(found gjson.Result, most int) (text string, ok bool) {
	if !found.Exists() || found.Type == gjson.Null {
		return "", false
	}
	if text = found.String(); len(text) > most {
		return "", false
	}
	return text, true
}

// Batch splits p at its first step "0": list is the way to an array, which is the body itself if list is the zero Path,
// and rest the way within an item of it. It reports false if p has no such step, or reads lines.
func (p Path) Batch() (list, rest Path, ok bool) {
	if isPlain(p.text) {
		return batchOfPlain(p.text)
	}
	steps, err := split(p.text)
	i := slices.IndexFunc(steps, func(s step) bool { return s.query == "0" })
	if err != nil || i < 0 {
		return Path{}, Path{}, false
	}
	return join(steps[:i]), join(steps[i+1:]), true
}

// batchOfPlain is Batch without the memory for a list of steps.
func batchOfPlain(text string) (list, rest Path, ok bool) {
	for at, behind, more := 0, text, true; more; {
		var name string
		name, behind, more = strings.Cut(behind, ".")
		if name == "0" {
			before := text[:max(at-1, 0)]
			return Path{before, before}, Path{behind, behind}, true
		}
		at += len(name) + 1
	}
	return Path{}, Path{}, false
}

// Items calls visit with the JSON of each item of the array at p, or of the body if p is the zero Path, until visit
// returns false. Of an object it visits the values.
func (p Path) Items(body []byte, visit func(item string) bool) {
	list := gjson.ParseBytes(WithoutBOM(body))
	if p.query != "" {
		list = list.Get(p.query)
	}
	list.ForEach(func(_, item gjson.Result) bool { return visit(item.Raw) })
}

// join returns the path of some steps.
func join(steps []step) Path {
	texts, queries := make([]string, len(steps)), make([]string, len(steps))
	for i, s := range steps {
		texts[i], queries[i] = s.text, s.query
	}
	return Path{strings.Join(texts, "."), strings.Join(queries, ".")}
}
