package provider

import (
	"strings"

	"github.com/posthorn/posthorn/internal/bodypath"
)

// Piece is a place in a request where something stands, or something computed from it. It serves to say where an
// id is found, and to write down what is signed. The zero Piece is nothing.
type Piece struct {
	kind    kind
	name    string
	path    bodypath.Path // of a jsonPath
	of      []Piece
	compute func(*Check) (string, error)
}

type kind uint8

const (
	nothing kind = iota
	header
	query
	formValue
	jsonPath
	text
	body
	address
	method
	stamp
	option
	digest
	first
	joined
	optional
	computed
	jsonWithin
	unreadable
)

// Header is the value of a header.
func Header(name string) Piece { return Piece{kind: header, name: name} }

// Query is the value of a query parameter.
func Query(name string) Piece { return Piece{kind: query, name: name} }

// Form is the value of a field of a URL-encoded or multipart body.
func Form(name string) Piece { return Piece{kind: formValue, name: name} }

// JSONPath is a value in a JSON body, by a path of package bodypath such as "data.object.id" or "0.id". A path that is
// not of that language makes a piece that refuses every request with BadOption.
func JSONPath(path string) Piece {
	parsed, err := bodypath.Parse(path)
	if err != nil {
		return Piece{kind: unreadable, name: "path " + path}
	}
	return Piece{kind: jsonPath, name: path, path: parsed}
}

// JSONIn is a value in the JSON that stands at another place, such as a form field. The path is as of JSONPath.
func JSONIn(at Piece, path string) Piece {
	p := JSONPath(path)
	if p.kind != jsonPath {
		return p
	}
	p.kind, p.of = jsonWithin, []Piece{at}
	return p
}

// Literal is a fixed text.
func Literal(s string) Piece { return Piece{kind: text, name: s} }

// Body is the body, byte for byte.
func Body() Piece { return Piece{kind: body} }

// Address is the public URL of the source with the query that came.
func Address() Piece { return Piece{kind: address} }

// Method is the method in capitals.
func Method() Piece { return Piece{kind: method} }

// Timestamp is the text of the timestamp, as the Stamp or the Layout of the scheme finds it.
func Timestamp() Piece { return Piece{kind: stamp} }

// OptionValue is a value that the source carries.
func OptionValue(name string) Piece { return Piece{kind: option, name: name} }

// Digest is the SHA-256 of the body in hex.
func Digest() Piece { return Piece{kind: digest} }

// FirstOf is the first of the pieces that is there.
func FirstOf(pieces ...Piece) Piece { return Piece{kind: first, of: pieces} }

// Joined is all pieces with a separator between them. One that is missing makes the whole missing.
func Joined(separator string, pieces ...Piece) Piece {
	return Piece{kind: joined, name: separator, of: pieces}
}

// Optional is a piece that is empty where it is not there.
func Optional(p Piece) Piece { return Piece{kind: optional, of: []Piece{p}} }

// Computed is whatever f makes of the pieces that follow it; f returns a Refusal if it cannot. The name is for the
// reference, the pieces are for knowing what a signature covers.
func Computed(name string, f func(*Check) (string, error), of ...Piece) Piece {
	return Piece{kind: computed, name: name, compute: f, of: of}
}

// None reports whether p is the zero Piece.
func (p Piece) None() bool { return p.kind == nothing }

// String names the place, for messages and for the reference.
func (p Piece) String() string {
	switch p.kind {
	case header:
		return "header " + p.name
	case query:
		return "query parameter " + p.name
	case formValue:
		return "form field " + p.name
	case jsonPath:
		return "JSON " + p.name
	case text, unreadable:
		return p.name
	case option:
		return "option " + p.name
	case first:
		return listed(p.of, ", or ")
	case joined:
		return listed(p.of, p.name)
	case optional:
		return p.of[0].String()
	case jsonWithin:
		return "JSON " + p.name + " in " + p.of[0].String()
	case computed:
		return p.name
	}
	return p.plain()
}

// plain names the pieces that have no name of their own.
func (p Piece) plain() string {
	switch p.kind {
	case body:
		return "body"
	case address:
		return "url"
	case method:
		return "method"
	case stamp:
		return "timestamp"
	case digest:
		return "SHA-256 of the body"
	}
	return "none"
}

func listed(pieces []Piece, between string) string {
	names := make([]string, 0, len(pieces))
	for _, p := range pieces {
		names = append(names, p.String())
	}
	return strings.Join(names, between)
}

// template writes down what is signed: literals as they are, everything else in braces.
func template(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.kind == text {
			b.WriteString(p.name)
			continue
		}
		b.WriteString("{" + p.String() + "}")
	}
	return b.String()
}
