package provider

import "time"

// Headers returns the names of the headers that p is read from, for whoever looks at a request before its provider is
// known.
func (p Piece) Headers() []string {
	if p.kind == header {
		return []string{p.name}
	}
	var names []string
	for _, one := range p.of {
		names = append(names, one.Headers()...)
	}
	return names
}

// ClaimedAt returns the time at which a request says it was signed. Nothing is proven by it: it serves to find out
// whether a signature that came too late would have been right in time.
func (f Facts) ClaimedAt(c *Check) (time.Time, bool) {
	text := ""
	if f.Layout.Time != "" {
		value, err := f.Signature.Read(c)
		if err != nil {
			return time.Time{}, false
		}
		_, text, _ = f.Layout.split(value, "") // a malformed one has no time
	} else if !f.Stamp.From.None() {
		text, _ = f.Stamp.From.Read(c) // likewise
	}
	return parseStamp(text, f.Stamp.Unit)
}
