package diagnose

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/posthorn/posthorn/internal/provider"
)

// Look says that a request has the headers of a provider.
type Look struct {
	Provider string   `json:"provider"`
	Headers  []string `json:"headers"`
}

// looks returns the providers whose signature header is there, the one with the most of its headers first.
func looks(all provider.Catalog, h http.Header) []Look {
	const most = 8
	var list []Look
	for _, p := range all.All() {
		if there := present(p, h); len(there) > 0 {
			list = append(list, Look{p.Name, there})
		}
	}
	slices.SortStableFunc(list, func(a, b Look) int { return cmp.Compare(len(b.Headers), len(a.Headers)) })
	return list[:min(len(list), most)]
}

// present returns the provider's own headers that are there, nothing if none of them is the signature.
func present(p provider.Provider, h http.Header) []string {
	var names []string
	signed := false
	for _, options := range p.Variants() {
		facts, err := p.FactsOf(options)
		if err != nil {
			continue
		}
		there := only(facts.Signature.Headers(), h)
		signed = signed || len(there) > 0
		names = append(append(names, there...), only(facts.Stamp.From.Headers(), h)...)
	}
	if !signed {
		return nil
	}
	names = append(append(names, only(p.ID.Headers(), h)...), only(p.Type.Headers(), h)...)
	slices.Sort(names)
	return slices.Compact(names)
}

// only returns the names that are there and that not everybody uses.
func only(names []string, h http.Header) []string {
	var there []string
	for _, name := range names {
		if name = http.CanonicalHeaderKey(name); len(h[name]) > 0 && name != "Authorization" && name != "Content-Type" {
			there = append(there, name)
		}
	}
	return there
}
