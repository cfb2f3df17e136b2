package provider

import (
	"strings"
	"time"
)

// envelope is what all signing schemes share: where the signature stands, how it is written, and what it covers.
type envelope struct {
	signature Piece
	layout    Layout
	prefix    string
	encoding  Encoding
	signed    []Piece
	stamp     Stamp
}

// opened is what a request claims, before anything is believed.
type opened struct {
	view
	at         time.Time
	candidates [][]byte
}

// open reads the signature and its timestamp without looking at a key.
func (e envelope) open(c *Check, size int) (opened, error) {
	value, err := e.value(c)
	if err != nil {
		return opened{}, err
	}
	where := e.signature.String()
	if len(value) > maxValue {
		return opened{}, Refuse(TooLong, where)
	}
	texts, stamp, err := e.layout.split(value, where)
	if err != nil {
		return opened{}, err
	}
	o := opened{candidates: e.decode(texts, size)}
	if len(o.candidates) == 0 {
		return opened{}, Refuse(Malformed, where)
	}
	o.view, o.at, err = e.readStamp(c, stamp)
	return o, err
}

// value returns the text in which the signature stands.
func (e envelope) value(c *Check) (string, error) {
	if !e.layout.Lines || e.signature.kind != header {
		return e.signature.Read(c)
	}
	lines := c.Request.Header.Values(e.signature.name)
	if len(lines) > maxEntries {
		return "", Refuse(TooMany, e.signature.String())
	}
	return headerValue([]string{strings.Join(lines, e.layout.Between)}, e.signature)
}

// decode returns the candidates that are written in the right form and have size bytes, or any number if size is
// zero. What has another prefix belongs to another scheme and counts for nothing.
func (e envelope) decode(texts []string, size int) [][]byte {
	var raw [][]byte
	for _, t := range texts {
		digits, ok := strings.CutPrefix(t, e.prefix)
		if b := e.encoding.Decode(digits); ok && len(b) > 0 && (size == 0 || len(b) == size) {
			raw = append(raw, b)
		}
	}
	return raw
}

// timed reports whether the scheme knows a timestamp.
func (e envelope) timed() bool { return e.layout.Time != "" || !e.stamp.From.None() }

// readStamp returns the timestamp beside the signature, or else from its own place.
func (e envelope) readStamp(c *Check, text string) (view, time.Time, error) {
	if !e.timed() {
		return view{c: c}, time.Time{}, nil
	}
	where := "timestamp in " + e.signature.String()
	if e.layout.Time == "" {
		var err error
		if text, err = e.stamp.From.Read(c); err != nil {
			return view{}, time.Time{}, err
		}
		where = e.stamp.From.String()
	}
	if text == "" {
		return view{}, time.Time{}, Refuse(Missing, where)
	}
	at, err := e.stamp.check(text, where, c.Request.ReceivedAt)
	return view{c, text}, at, err
}

// covered returns the pieces that are signed.
func (e envelope) covered() []Piece {
	if len(e.signed) == 0 {
		return []Piece{Body()}
	}
	return e.signed
}

// facts describes the envelope.
func (e envelope) facts(family string) Facts {
	return Facts{
		Family: family, Keyed: true, Signature: e.signature, Layout: e.layout, Prefix: e.prefix,
		Encoding: e.encoding, Signs: e.covered(), Stamp: e.stamp, Timed: e.timed(),
	}
}
