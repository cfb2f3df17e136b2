package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// repetitions says by what a source recognises a repeated webhook, under every variant if they differ.
func repetitions(p provider.Provider) (string, error) {
	var plain, named []string
	for _, o := range p.Variants() {
		f, err := p.FactsOf(o)
		if err != nil {
			return "", err
		}
		by := repetition(p, f)
		plain = append(plain, by)
		for name, value := range o {
			by = fmt.Sprintf("with `%s` = `%s`: %s", name, value, by)
		}
		named = append(named, by)
	}
	if len(slices.Compact(slices.Clone(plain))) == 1 {
		return plain[0], nil
	}
	return strings.Join(named, "; "), nil
}

// repetition is one of them. What is not signed and has no id is never taken for a repetition: a device that reports the
// same thing every minute means it.
func repetition(p provider.Provider, f provider.Facts) string {
	const nothing = "nothing, unless the source's `dedupe` says so"
	signed, id := len(f.Signs) > 0, !p.ID.None()
	switch {
	case p.Dedupe == provider.DedupeOff || !signed && !id:
		return nothing
	case p.Dedupe == provider.DedupeByID && !signed:
		return "id; where there is none, " + nothing
	case p.Dedupe == provider.DedupeByID && id:
		return "id, or " + content(p, f) + " where there is none"
	case !signed:
		return content(p, f) + " of what has an id; otherwise " + nothing
	}
	return content(p, f)
}

// content is the body, with the type where it may tell two webhooks apart.
func content(p provider.Provider, f provider.Facts) string {
	body := provider.Facts{Signs: []provider.Piece{provider.Body()}}
	switch {
	case body.Covers(p.Type): // whoever has the same body has the same type
		return "body"
	case p.Dedupe == provider.DedupeByTopic && !f.Covers(p.Type):
		return "body and type; the type is not signed"
	case len(f.Signs) > 0 && !f.Covers(p.Type):
		return "body"
	}
	return "body and type"
}
