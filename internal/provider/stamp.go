package provider

import (
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Tolerance is how far a signed timestamp may lie from now, either way, unless a provider says otherwise. A provider
// may allow more of the past, because its repeated attempts carry the first one's time, but never more of the future.
const Tolerance = 5 * time.Minute

// Unit is how a time is written.
type Unit uint8

// The ways to write a time. Seconds and Milliseconds, both since 1970, say what a provider documents; either is
// accepted where the other is declared, because some providers send both.
const (
	Seconds Unit = iota
	Milliseconds
	RFC3339
	RFC2822 // "Tue, 19 Aug 2025 20:37:09 -0000"
)

// firstMilliseconds is the first number that counts milliseconds: as milliseconds it is a day in 1973, as seconds it
// would be the year 5138. A signed time must be close to now, so the two cannot be confused.
const firstMilliseconds = 100_000_000_000

// Stamp says where the signed time of a request stands. The zero Stamp is none: such a scheme cannot tell a replay.
type Stamp struct {
	From      Piece // the zero Piece if the Layout finds it beside the signature
	Unit      Unit
	Tolerance time.Duration // how old it may be; Tolerance if zero
}

// Moment says where the time of an event stands. It is information, nothing is decided by it.
type Moment struct {
	From   Piece
	Unit   Unit
	Layout string // of package time, where none of the units fits
}

// check returns the time that text means if it is close enough to now.
func (s Stamp) check(text, where string, now time.Time) (time.Time, error) {
	at, ok := parseStamp(text, s.Unit)
	if !ok {
		return time.Time{}, Refuse(StampMalformed, where)
	}
	window := s.Tolerance
	if window == 0 {
		window = Tolerance
	}
	switch age := now.Sub(at); { // saturates, so it cannot overflow
	case age > window:
		return time.Time{}, Refuse(TooOld, where)
	case age < -min(window, Tolerance):
		return time.Time{}, Refuse(TooNew, where)
	}
	return at, nil
}

// parseStamp reads a time in exactly the spelling that senders write: digits without sign or leading zero, seconds or
// milliseconds by their size, RFC 3339, or RFC 2822.
func parseStamp(text string, unit Unit) (time.Time, bool) {
	const mostDigits = 15 // milliseconds until the year 33658
	if unit == RFC3339 {
		at, err := time.Parse(time.RFC3339Nano, text)
		return at, err == nil && len(text) <= len(time.RFC3339Nano)
	}
	if unit == RFC2822 {
		at, err := time.Parse(time.RFC1123Z, text)
		return at, err == nil && len(text) == len(time.RFC1123Z)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || len(text) > mostDigits || strconv.FormatInt(n, 10) != text {
		return time.Time{}, false
	}
	if n >= firstMilliseconds {
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}

// read returns the time of an event, or the zero time if there is none that can be read, or none of the years 1970 to
// 9999.
func (m Moment) read(c *Check) time.Time { return hook.TimeInRange(m.parse(c)) }

func (m Moment) parse(c *Check) time.Time {
	if m.From.None() {
		return time.Time{}
	}
	text, err := m.From.Read(c)
	if err != nil {
		return time.Time{}
	}
	if m.Layout != "" {
		at, _ := time.Parse(m.Layout, text)
		return at
	}
	if at, ok := parseStamp(text, m.Unit); ok {
		return at
	}
	return fraction(text)
}

// fraction reads seconds with decimals, which some senders write.
func fraction(text string) time.Time {
	const farthest = 1e11
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0 && seconds < farthest) {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6))
}
