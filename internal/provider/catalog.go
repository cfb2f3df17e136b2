package provider

import (
	"slices"
	"strings"
)

// Catalog is a set of providers, in the order of their names.
type Catalog struct {
	list []Provider
}

// NewCatalog returns the catalog of the given providers.
func NewCatalog(list ...Provider) Catalog {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Provider) int { return strings.Compare(a.Name, b.Name) })
	return Catalog{sorted}
}

// All returns the providers in the order of their names.
func (c Catalog) All() []Provider { return slices.Clone(c.list) }

// ByName returns a provider. An unknown name is a Refusal: a source whose provider this server does not know, because
// it was written by a newer one, refuses everything.
func (c Catalog) ByName(name string) (Provider, error) {
	i, found := slices.BinarySearchFunc(c.list, name, func(p Provider, n string) int { return strings.Compare(p.Name, n) })
	if !found {
		return Provider{}, Refuse(UnknownProvider, "provider")
	}
	return c.list[i], nil
}
