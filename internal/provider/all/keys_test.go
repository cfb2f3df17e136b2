package all_test

import (
	"context"
	"errors"

	"github.com/posthorn/posthorn/internal/provider"
)

// documents is a KeySource that holds what it would fetch, by address.
type documents map[string]string

// Fetch returns the document at an address. One that it does not hold is an error, as any failure to fetch is.
func (d documents) Fetch(_ context.Context, address string, hosts []string) ([]byte, error) {
	text, ok := d[address]
	if !ok || !provider.Allowed(address, hosts, "") {
		return nil, errors.New("not there")
	}
	return []byte(text), nil
}

// anywhere is a KeySource without any guard: it has one good key, and gives it out for every address.
type anywhere string

// Fetch returns the key that the sample signs with.
func (anywhere) Fetch(context.Context, string, []string) ([]byte, error) {
	return []byte(pairFor("RS256", "own").public), nil
}
