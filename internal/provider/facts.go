package provider

import (
	"cmp"
	"slices"
	"time"
)

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

// Lifetime is how long after its arrival a request can be sent once more and is still taken: until it is too old, and
// it may have come with a time as far ahead as is allowed. Zero if its age decides nothing.
func (f Facts) Lifetime() time.Duration {
	if !f.Timed {
		return 0
	}
	tolerance := f.Stamp.Tolerance
	if tolerance == 0 {
		tolerance = Tolerance
	}
	return tolerance + min(tolerance, Tolerance)
}

// DefaultWindow is how long a webhook is remembered unless its receiver or its provider says otherwise: as long as Stripe
// repeats one.
const DefaultWindow = 72 * time.Hour

// RememberFor returns how long a webhook is remembered so that it can be recognised when it comes again: as long as its
// receiver chose, or the declaration, or the default. It is never shorter than the request would be taken again, so a
// smaller one is raised: whoever has caught a request must not have a time left in which it is forgotten but not yet
// too old.
func (p Provider) RememberFor(o Options, chosen time.Duration) time.Duration {
	window := cmp.Or(chosen, p.Window, DefaultWindow)
	facts, err := p.FactsOf(o)
	if err != nil { // the options choose no scheme: nothing is taken
		return window
	}
	return max(window, facts.Lifetime())
}

// Covers reports whether a piece is part of what is signed: named itself, or within the body or the address.
func (f Facts) Covers(p Piece) bool {
	switch p.kind {
	case first, joined, optional, jsonWithin:
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
			return p.kind == formValue || p.kind == jsonPath || p.kind == digest
		case s.kind == address:
			return p.kind == query
		}
		return covers(s.of, p)
	})
}
