package bodypath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/hook"
)

// maxLength is in bytes.
const maxLength = hook.MaxName

// Error says how to write a path. It is one sentence, for the user who wrote the path.
type Error string

// Error implements error.
func (e Error) Error() string { return string(e) }

// step is one part of a path.
type step struct {
	text  string // as it was written
	query string // in the language of gjson
}

// checkOutline refuses what is wrong with a path as a whole.
func checkOutline(text string) error {
	switch {
	case text == "":
		return Error("Write a path, such as order.id.")
	case len(text) > maxLength:
		return Error(fmt.Sprintf("Use a path of at most %d bytes.", maxLength))
	case strings.TrimSpace(text) != text:
		return Error("Leave out the space before or behind the path.")
	case text == "$" || strings.HasPrefix(text, "$.") || strings.HasPrefix(text, "$["):
		return Error("Begin the path with a name: order.id, not $.order.id.")
	}
	return nil
}

// isPlain reports whether a path consists of names that mean the same in the language of gjson.
func isPlain(text string) bool {
	start := true // of a step
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '.' && !start:
			start = true
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
			start = false
		default:
			return false
		}
	}
	return !start
}

// split returns the steps of a path.
func split(text string) ([]step, error) {
	var steps []step
	lists := 0
	for rest, more := text, true; more; {
		s, behind, err := next(rest)
		if err != nil {
			return nil, err
		}
		if s.query[0] == '#' {
			lists++
		}
		steps = append(steps, s)
		_, rest, more = strings.Cut(behind, ".")
	}
	if lists > 1 {
		return nil, Error("Use # at most once in a path.")
	}
	return steps, nil
}

// next returns the first step of a path, and what stands behind it: nothing, or a full stop and more steps.
func next(text string) (s step, behind string, err error) {
	if strings.HasPrefix(text, "#(") || strings.HasPrefix(text, "#[") {
		return nextQuery(text)
	}
	name, end, err := nextName(text)
	if err != nil {
		return step{}, "", err
	}
	s = step{text[:end], gjson.Escape(name)}
	if s.text == "#" {
		s.query = "#"
	}
	return s, text[end:], checkName(s.text)
}

// nextName returns the first name of a path without its escapes, and its length in text.
func nextName(text string) (name string, end int, err error) {
	var b strings.Builder
	for end < len(text) && text[end] != '.' {
		switch c := text[end]; {
		case c == '\\' && end+1 == len(text):
			return "", 0, Error(`Write a character behind the last backslash, or \\ for the backslash itself.`)
		case c == '\\':
			end++
		case strings.IndexByte("|*?", c) >= 0:
			return "", 0, Error(fmt.Sprintf(`A path has names, numbers of items and at most one #, such as items.0.id; put a backslash before a %c that is part of a name.`, c))
		}
		b.WriteByte(text[end])
		end++
	}
	if end == 0 {
		return "", 0, Error("Put one full stop between two names, and none before or behind the path: order.id.")
	}
	return b.String(), end, nil
}

// checkName refuses a step that means more than a name elsewhere, in gjson or in JavaScript: it would find nothing.
func checkName(written string) error {
	if _, index, found := strings.Cut(written, "["); found && index != "" && '0' <= index[0] && index[0] <= '9' {
		return Error("Write the number of an item between full stops: items.0.id, not items[0].id.")
	}
	if strings.IndexByte("[{!", written[0]) >= 0 || isModifier(written) {
		return Error(fmt.Sprintf(`A path has names, numbers of items and at most one #, such as items.0.id; write \%s if that is a name.`, written))
	}
	return nil
}

// isModifier reports whether a step is a modifier of gjson, such as @reverse. Other names with an @ are names: @type.
func isModifier(written string) bool {
	name, _, _ := strings.Cut(written, ":")
	return name != "" && name[0] == '@' && slices.Contains([]string{
		"@dig", "@flatten", "@fromstr", "@group", "@join", "@keys", "@pretty", "@reverse", "@this", "@tostr", "@ugly", "@valid", "@values",
	}, name)
}

// nextQuery returns a first step such as #(kind=="x").
func nextQuery(text string) (s step, behind string, err error) {
	refused := Error(`Choose an item by one member and one text: items.#(kind=="x").id.`)
	name, rest, _ := strings.Cut(strings.TrimPrefix(text, "#("), "==\"")
	value, behind, found := strings.Cut(rest, "\")")
	if !found || !isPlain(name) || strings.ContainsAny(value, `"\`) || strings.HasPrefix(value, "~") || behind != "" && behind[0] != '.' {
		return step{}, "", refused
	}
	query := text[:len(text)-len(behind)]
	return step{query, query}, behind, nil
}
