// Package provider says what the world's senders of webhooks do: how their requests are verified, where the
// id, the type and the time of an event stand, which question they ask before they send anything, and which
// answer they want. It exists so that a provider is a declaration of a few lines over families of schemes that
// are tested together, and so that "how does Stripe sign?" is answered in one place, with the page it comes from.
//
// Everything here works on a Request, plain values and the raw body. It stores nothing, reads no clock and opens
// no connection; where a scheme needs a key from the provider's server, the caller hands in a KeySource.
// The declarations themselves are in the folder all.
package provider

import (
	"context"
	"time"
)

// Provider is a sender of webhooks, declared once.
type Provider struct {
	Name  string // as the API spells it: lower case, hyphens
	Title string // as people write it
	Pages []Page // where the facts come from
	Note  string // what somebody who sets it up must know; part of the reference

	Secret  Field    // what the user pastes from the provider's pages; the zero Field where there is nothing to paste
	Options []Option // what else has to be known, such as the address a token is issued for

	Scheme Scheme                        // how a request is verified; nil if Choose says so
	Choose func(Options) (Scheme, error) // for providers whose scheme depends on an option

	ID   Piece  // the event's id; the zero Piece if there is none
	Type Piece  // the event's type
	Time Moment // when it happened
	// Dedupe is by what a repeated event is recognised unless a source says otherwise. It must not be something
	// that whoever replays a request can change: a header that the signature does not cover.
	Dedupe Dedupe
	// Window is how long an event is remembered unless a source says otherwise; zero is as long as usual. It is short for
	// senders that never repeat an event by themselves and write two events alike, where the body is what is remembered.
	Window time.Duration

	Handshakes []Handshake
	// Ask returns the handshake that options declare, for providers that let the owner of a source describe one; the zero
	// Handshake if they declare none. Its error refuses the options.
	Ask func(Options) (Handshake, error)
	// Unused refuses options that have no effect beside the others. Only Setup calls it, with the options as given, without
	// defaults: sources that are stored already go on working.
	Unused       func(o Options) error
	Answer       Answer   // to an accepted webhook
	Methods      []string // POST if empty
	ContentTypes []string // media types it sends; any if empty

	Hook *Hook // how to register at the provider; nil until that is built
}

// Page is a page of documentation.
type Page struct {
	Title string
	URL   string
}

// Field describes what the user pastes.
type Field struct {
	Name string // as the provider's pages call it, such as "Signing secret"
	Hint string // where it is found and how it looks
	Open bool   // not secret: a public key, which may be shown again
}

// None reports whether there is nothing to paste.
func (f Field) None() bool { return f.Name == "" }

// Option is a value that a source carries for its provider, beside its secrets. Options are not secret.
type Option struct {
	Name     string // snake_case
	Meaning  string
	Default  string
	Values   []string // the allowed ones; anything if empty
	Required bool
}

// Options are the values that a source carries, by name.
type Options map[string]string

// Dedupe says by what a repeated event is recognised.
type Dedupe uint8

// The ways to recognise a repetition.
const (
	DedupeByID   Dedupe = iota // the event's id, or the body where there is none
	DedupeByBody               // for ids that stand where the signature does not reach: the body, and the type if that is signed
	// DedupeByTopic is the body and the type although that is not signed: for senders that write two events with one body.
	// Who has caught one request can send it again under another type; without the type, real events would be dropped.
	DedupeByTopic
	DedupeOff
)

// Answer is what a sender wants to hear.
type Answer struct {
	Status      int    // 200 if zero
	ContentType string // one of ContentTypes; text/plain if empty
	Body        string
	Echo        string // the header of the request that the answer repeats, for senders that want it; it must be proven
}

// The media types an answer may have. None of them runs anything in a browser.
const (
	Text = "text/plain; charset=utf-8"
	JSON = "application/json"
	XML  = "text/xml; charset=utf-8"
)

// Hook is the place for registering, listing and removing webhooks at the provider. Nothing uses it yet.
type Hook struct{}

// Scheme is a way to prove that a request comes from somebody who knows the secret. It may be used concurrently.
type Scheme interface {
	// Verify returns what is proven, or a Refusal. It is given at least one secret, none of them blank, if Keyed
	// is true in Facts. It looks at raw bytes, compares in constant time, and refuses whatever it does not know.
	Verify(ctx context.Context, c *Check) (Proof, error)
	// Accept returns why a secret cannot be used, so that a wrong one is refused when it is set, not at night.
	Accept(s Secret) error
	// Facts describes the scheme for the reference and for the tests that attack it.
	Facts() Facts
}

// Proof is what a scheme has established.
type Proof struct {
	Secret int       // index of the secret that matched; -1 if none was needed
	Stamp  time.Time // the time that the signature covers; zero if it covers none
}
