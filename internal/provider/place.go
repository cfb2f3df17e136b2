package provider

import (
	"maps"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/fault"
)

// The prefixes of a rule that names a place in a request.
const (
	placeJSON   = "json:"
	placeHeader = "header:"
	placeQuery  = "query:"
	placeForm   = "form:"
)

// withinJSON separates the name of a form field from the path in the JSON that the field holds.
const withinJSON = ":json:"

// Place returns the piece that a rule of a source's owner names: "json:PATH", "header:NAME", "query:NAME", "form:NAME", or
// "form:NAME:json:PATH" for a place in the JSON that a form field holds. The zero Piece means that the rule names no
// place. The error is a sentence that says how to write the rule.
func Place(rule string) (Piece, error) {
	if path, is := strings.CutPrefix(rule, placeJSON); is {
		parsed, err := bodypath.Parse(path)
		return Piece{kind: jsonPath, name: path, path: parsed}, err
	}
	if name, is := strings.CutPrefix(rule, placeHeader); is {
		return Header(name), nil
	}
	if name, is := strings.CutPrefix(rule, placeQuery); is {
		return Query(name), nil
	}
	if name, is := strings.CutPrefix(rule, placeForm); is {
		return formPlace(name)
	}
	return Piece{}, nil
}

func formPlace(rule string) (Piece, error) {
	name, path, within := strings.Cut(rule, withinJSON)
	if !within {
		return Form(name), nil
	}
	_, err := bodypath.Parse(path)
	return JSONIn(Form(name), path), err
}

// pathSuffix ends the name of every option whose value is a path into a JSON body.
const pathSuffix = "_path"

// CheckPaths refuses options that hold a malformed path.
func (o Options) CheckPaths() error {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		value := o[name]
		if value == "" || !strings.HasSuffix(name, pathSuffix) {
			continue
		}
		if _, err := bodypath.Parse(value); err != nil {
			return fault.In("options."+name, "value_error", "%s", err)
		}
	}
	return nil
}
