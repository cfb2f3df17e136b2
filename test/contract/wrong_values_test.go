package contract_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// raw is JSON text that encoding/json would not write.
type raw = json.RawMessage

// wrong is a change to a valid request that makes one part of it doubtful or wrong.
type wrong struct {
	what  string // for messages; of a body, the path of the field
	place string // body, query, path or header
	name  string // of the field that the answer must name, if it must refuse

	body  any               // in place of the valid one, if place is body
	query string            // raw, with its question mark, if place is query
	path  map[string]string // placeholders, if place is path

	refused bool // no server may accept this; otherwise it may, but must not fail
}

// oddValues are values of every JSON type that programs stumble over, by type.
func oddValues() map[string][]any {
	return map[string][]any{
		"null":    {nil},
		"boolean": {true, false},
		"integer": {0, -1, raw("9007199254740993"), raw("-9223372036854775809"), raw("18446744073709551616"), raw("1e15"), raw("253402300800")},
		"number":  {1.5, math.MaxFloat64, raw("-0.0"), raw("1e-400")},
		"string": {
			"", "x", " ", "a\x00b", raw(`"\ud800"`), "\u202e\u2028", "NaN", "%00%ff", "'; --", "../..", "https://", "http://[::1", "json:", "json:[@this,@this]", "header:", "whsec_",
			"0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
			strings.Repeat("long", 5000),
		},
		"array":  {[]any{}, []any{nil}, []any{[]any{}}, []any{object{}}, []any{[]any{}, []any{}}, []any{object{}, object{}}, []any{1, 1}, []any{"x", "x"}, []any{true}},
		"object": {object{}, object{"": nil}, object{"a": []any{}}, object{"a": object{}}, object{"a": 1}, object{"a\x00\r\n": "b"}, object{"$ref": "#"}},
	}
}

// olderNames are fields that some bodies accept beside the documented ones.
func olderNames() []string {
	return []string{"filterTypes", "rateLimit", "version", "secret", "exampleIndex"}
}

// typesOf returns the JSON types that a schema permits; nil if it permits all.
func typesOf(schema object) (types []string) {
	switch declared := schema["type"].(type) {
	case string:
		types = []string{declared}
	case []any:
		for _, one := range declared {
			types = append(types, one.(string))
		}
	}
	if slices.Contains(types, "number") {
		types = append(types, "integer")
	}
	return types
}

// wrongBodies returns variations of a valid body in which one field is odd: each field of the schema, at any depth,
// replaced by each odd value, left out, and joined by a field that the schema does not have.
func (d document) wrongBodies(schema object, valid any) (all []wrong) {
	d.vary(schema, valid, nil, 0, func(at []string, value any, refused bool) {
		name := ""
		if len(at) > 0 {
			name = at[len(at)-1]
		}
		all = append(all, wrong{
			what: strings.Join(at, "."), place: "body", name: name, body: value, refused: refused,
		})
	})
	return all
}

// vary calls each with every variation of value, which is at a place in the body.
func (d document) vary(schema object, value any, at []string, depth int, each func(at []string, value any, refused bool)) {
	schema = d.follow(schema)
	permitted := typesOf(schema)
	for kind, values := range oddValues() {
		// Null stands for a field that is left out, and a whole number may be written in any form.
		permits := permitted == nil || slices.Contains(permitted, kind) || kind == "null" || kind == "number" && slices.Contains(permitted, "integer")
		if !permits {
			values = values[:min(len(values), 3)] // one wrong type is like another
		}
		for _, odd := range values {
			each(at, odd, !permits)
		}
	}
	if depth > 4 {
		return
	}
	if items := child(schema, "items"); items != nil {
		d.vary(items, "x", at, depth+1, func(at []string, item any, refused bool) { each(at, []any{item}, refused) })
	}
	if further := child(schema, "additionalProperties"); len(further) > 0 {
		d.vary(further, "x", append(slices.Clone(at), "aMember"), depth+1, func(at []string, member any, refused bool) {
			each(at, object{"aMember": member}, refused)
		})
	}
	d.varyMembers(schema, value, at, depth, each)
}

// varyMembers varies the members of an object one at a time.
func (d document) varyMembers(schema object, value any, at []string, depth int, each func(at []string, value any, refused bool)) {
	valid, _ := value.(object)
	for name, property := range child(schema, "properties") {
		d.vary(property.(object), valid[name], append(slices.Clone(at), name), depth+1, func(at []string, member any, refused bool) {
			each(at, with(valid, object{name: member}), refused)
		})
	}
	if schema["additionalProperties"] == false {
		each(append(slices.Clone(at), "unheardOf"), with(valid, object{"unheardOf": 1}), true)
	}
	for _, name := range olderNames() {
		if _, documented := child(schema, "properties")[name]; depth > 0 || documented {
			continue
		}
		for _, values := range oddValues() {
			for _, odd := range values[:min(len(values), 3)] {
				each(append(slices.Clone(at), name), with(valid, object{name: odd}), false)
			}
		}
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		lacking := with(valid, nil)
		delete(lacking, name.(string))
		each(append(slices.Clone(at), name.(string)), lacking, true)
	}
}

// oddTexts are what stands in queries and paths, escaped.
func oddTexts() []string {
	return []string{
		"", "x", "1.5", "-1", "0", "99999999999999999999", "1e3", "perhaps", "yesterday", "%00", "%FF", "%ED%A0%80", "%F0%9F%98%80", "..%2F..", "%5B%5D", "%7B%7D",
		"a%0D%0Ab", "'%20or%201=1", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", strings.Repeat("a", 3000), "app_1srOrx2ZWZBpBUvZwXKQmoEYga2",
	}
}

// wrongParameters returns variations of the query and of the path.
func (d document) wrongParameters(o operation) (all []wrong) {
	for _, parameter := range d.parameters(o) {
		name, _ := parameter["name"].(string)
		schema := d.follow(child(parameter, "schema"))
		for _, text := range oddTexts() {
			switch parameter["in"] {
			case "query":
				all = append(all, wrong{
					what: name + "=" + text, place: "query", name: name, query: "?" + name + "=" + text, refused: noSuchText(schema, text),
				})
			case "path":
				if text != "" { // which would be another path
					all = append(all, wrong{what: name + " is " + text, place: "path", name: name, path: map[string]string{name: text}})
				}
			}
		}
	}
	return all
}

// noSuchText reports whether a text of the odd ones can never be a value of the schema.
func noSuchText(schema object, text string) bool {
	types := typesOf(schema)
	isText := strings.ContainsAny(text, "xyb%'p")
	switch {
	case text == "" || len(types) == 0:
		return false
	case slices.Contains(types, "integer"), schema["format"] == "date-time":
		return isText
	case slices.Contains(types, "boolean"):
		return isText || text == "99999999999999999999"
	}
	return false
}

// String describes the variation.
func (w wrong) String() string {
	if w.place != "body" {
		return w.what
	}
	inner := w.body
	for _, name := range strings.Split(w.what, ".") {
		if members, ok := inner.(object); ok {
			inner = members[name]
		}
	}
	text, _ := json.Marshal(inner)
	return w.what + " in " + clipped(text, 100)
}

func clipped(text []byte, most int) string {
	if len(text) > most {
		return string(text[:most]) + "..."
	}
	return string(text)
}
