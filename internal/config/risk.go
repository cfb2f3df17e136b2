package config

import (
	"fmt"
	"net/netip"
	"slices"
)

// risks returns a sentence for each setting that is allowed and dangerous.
func (l *Loaded) risks() []string {
	var sentences []string
	for _, network := range l.AllowNetworks {
		if reachesMetadata(network) {
			sentences = append(sentences, fmt.Sprintf("The setting allow_networks has %s: whoever writes an endpoint's URL reaches "+
				"everything in it, also the metadata service of a cloud, which hands out credentials. Name only the networks "+
				"that receivers are in, such as 10.1.0.0/16.", network))
		}
	}
	if l.Organization != "" && l.JWTSecret.IsZero() {
		sentences = append(sentences, "The setting jwt_organization has no effect without jwt_secret (POSTHORN_JWT_SECRET): every JWT is refused.")
	}
	return sentences
}

// reachesMetadata reports whether the metadata service that a cloud offers each of its machines is in the
// network. The addresses are those of Amazon EC2, "Use the Instance Metadata Service"; the other clouds
// share the first one. The second is how an IPv6 network spells it.
func reachesMetadata(network netip.Prefix) bool {
	return slices.ContainsFunc([]string{"169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"}, func(text string) bool {
		return network.Contains(netip.MustParseAddr(text))
	})
}
