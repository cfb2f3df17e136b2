package all

import "github.com/posthorn/posthorn/internal/provider"

// Several senders sign nothing and send along whatever header their user has thought of. These helpers are for them.

const headerOption = "header"

// ownHeader lets the owner say which header carries the word.
func ownHeader(standard string) provider.Option {
	return provider.Option{
		Name: headerOption, Meaning: "The header that carries the secret. Its whole value is the secret, Bearer included.", Default: standard,
	}
}

// inOwnHeader is the value of that header, for providers whose scheme does not depend on another option.
func inOwnHeader(standard string) provider.Piece {
	name := "header " + standard + ", or the one in option " + headerOption
	return provider.Computed(name, func(c *provider.Check) (string, error) {
		if chosen := c.Option(headerOption); chosen != "" {
			return provider.Header(chosen).Read(c)
		}
		return provider.Header(standard).Read(c)
	}, provider.Header(standard))
}
