package contract_test

import (
	"encoding/json"
	"fmt"
	"slices"
)

// shape is a schema with references followed and the several ways to say "or null" made one.
type shape struct {
	schema   object
	nullable bool
}

func (d document) shape(schema object) shape {
	s := shape{nullable: schema["nullable"] == true}
	s.schema = d.follow(schema)
	for _, way := range []string{"allOf", "anyOf", "oneOf"} {
		options, ok := s.schema[way].([]any)
		if !ok {
			continue
		}
		real := slices.DeleteFunc(slices.Clone(options), isNull)
		nullable := s.nullable || len(real) < len(options)
		if len(real) == 1 {
			s = d.shape(real[0].(object))
		}
		s.nullable = s.nullable || nullable
	}
	s.nullable = s.nullable || s.schema["nullable"] == true || slices.Contains(types(s.schema), "null")
	return s
}

func isNull(schema any) bool {
	kinds := types(schema.(object))
	return len(kinds) == 1 && kinds[0] == "null"
}

// types returns what a schema's type says, which is a string in 3.0 and may be a list in 3.1.
func types(schema object) []string {
	switch kind := schema["type"].(type) {
	case string:
		return []string{kind}
	case []any:
		return texts(kind)
	}
	return nil
}

func (s shape) kind() string {
	for _, kind := range types(s.schema) {
		if kind != "null" {
			return kind
		}
	}
	return ""
}

func (s shape) enum() []string {
	values, _ := s.schema["enum"].([]any)
	return texts(slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil }))
}

func (s shape) required() []string {
	names, _ := s.schema["required"].([]any)
	return texts(names)
}

func texts(values []any) []string {
	found := make([]string, 0, len(values))
	for _, value := range values {
		text, isText := value.(string)
		if !isText {
			encoded, _ := json.Marshal(value) // it came from JSON
			text = string(encoded)
		}
		found = append(found, text)
	}
	return found
}

// comparison collects where our document is not compatible with the reference. A request must accept
// all that the reference accepts; an answer must contain all that the reference promises, and nothing
// that a client written for it could not read.
type comparison struct {
	ref, our document
	answer   bool // an answer, not a request
	found    []string
}

func (c *comparison) report(at, format string, args ...any) {
	c.found = append(c.found, at+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) schemas(at string, ref, our object) {
	r, o := c.ref.shape(ref), c.our.shape(our)
	if kind, got := r.kind(), o.kind(); kind != "" && got != "" && kind != got {
		c.report(at, "type is %s, reference says %s", got, kind)
		return
	}
	c.nullability(at, r, o)
	c.enums(at, r, o)
	c.requirements(at, r, o)
	for _, name := range sortedKeys(child(r.schema, "properties")) {
		inner, ok := child(o.schema, "properties")[name].(object)
		if !ok {
			c.report(at+"."+name, "is missing")
			continue
		}
		c.schemas(at+"."+name, child(child(r.schema, "properties"), name), inner)
	}
	for _, part := range []string{"items", "additionalProperties"} {
		refPart, ourPart := child(r.schema, part), child(o.schema, part)
		if refPart != nil && ourPart != nil {
			c.schemas(at+"[]", refPart, ourPart)
		}
	}
}

func (c *comparison) nullability(at string, r, o shape) {
	if c.answer && o.nullable && !r.nullable {
		c.report(at, "may be null, reference says never")
	}
	if !c.answer && r.nullable && !o.nullable {
		c.report(at, "refuses null, which the reference allows")
	}
}

func (c *comparison) enums(at string, r, o shape) {
	theirs, ours := r.enum(), o.enum()
	if c.answer && len(theirs) > 0 {
		for _, value := range ours {
			if !slices.Contains(theirs, value) && !slices.Contains(expandedStatuses(), value) {
				c.report(at, "may be %s, which clients do not know", value)
			}
		}
	}
	if !c.answer && len(ours) > 0 {
		for _, value := range theirs {
			if !slices.Contains(ours, value) {
				c.report(at, "refuses %s", value)
			}
		}
	}
}

// expandedStatuses are sent only to clients that ask for expanded statuses, which the older of the two
// reference files does not know.
func expandedStatuses() []string { return []string{"4", "canceled"} }

func (c *comparison) requirements(at string, r, o shape) {
	for _, name := range r.required() {
		if !slices.Contains(o.required(), name) {
			c.report(at+"."+name, "is not required, reference says it is")
		}
	}
	if c.answer {
		return
	}
	for _, name := range o.required() {
		if !slices.Contains(r.required(), name) {
			c.report(at+"."+name, "is required, reference says it is not")
		}
	}
}
