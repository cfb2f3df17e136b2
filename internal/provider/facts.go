package provider

import "slices"

// Facts describes a scheme, for the reference and for the tests that attack it.
type Facts struct {
	Family    string // "HMAC-SHA-256"
	Keyed     bool   // a secret is needed
	Signature Piece  // where the proof stands
	Layout    Layout
	Prefix    string
	Encoding  Encoding
	Signs     []Piece // what is covered; empty for tokens, which cover nothing
	Stamp     Stamp
	Timed     bool // a replay is refused by its age
}

// Formula writes down what is signed.
func (f Facts) Formula() string { return template(f.Signs) }

// Covers reports whether a piece is part of what is signed: named itself, or within the body or the address.
func (f Facts) Covers(p Piece) bool {
	switch p.kind {
	case first, joined, optional:
		return !slices.ContainsFunc(p.of, func(one Piece) bool { return !f.Covers(one) })
	case text, nothing:
		return true
	}
	return covers(f.Signs, p)
}

func covers(signed []Piece, p Piece) bool {
	return slices.ContainsFunc(signed, func(s Piece) bool {
		switch {
		case s.kind == p.kind && s.name == p.name:
			return true
		case s.kind == body:
			return p.kind == form || p.kind == jsonPath || p.kind == digest
		case s.kind == address:
			return p.kind == query
		}
		return covers(s.of, p)
	})
}
