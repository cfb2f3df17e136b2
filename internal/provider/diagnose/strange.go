package diagnose

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// strangeMACs looks for a keyed hash of the body in any header: then secret and body are right, and only the provider, or
// its scheme, is not the one that was named.
func strangeMACs(ctx context.Context, c *provider.Check) []Finding {
	for _, name := range names(c.Request.Header) {
		for _, hash := range []provider.Hash{provider.SHA256, provider.SHA1, provider.SHA512, provider.SHA384} {
			for _, encoding := range []provider.Encoding{provider.Hex, provider.Base64} {
				if carries(ctx, c, provider.HMAC{Hash: hash, Signature: provider.Header(name), Encoding: encoding}) {
					text := fmt.Sprintf("Header %s carries the HMAC-%s of the body under this secret, in %s: secret and body are right, but this is "+
						"not how the provider that was named signs.", name, hash, encoding)
					return []Finding{{Header, "other_signature", text, false}}
				}
			}
		}
	}
	return nil
}

// carries tries a scheme with the usual prefixes and both forms of the secret.
func carries(ctx context.Context, c *provider.Check, s provider.HMAC) bool {
	name := s.Signature.Headers()[0]
	value := c.Request.Header.Get(name)
	prefixes := []string{""}
	for _, end := range []string{"=", ",", " ", ":"} {
		if before, rest, ok := strings.Cut(value, end); ok && rest != "" {
			prefixes = append(prefixes, before+end)
		}
	}
	for _, prefix := range prefixes {
		s.Prefix = prefix
		for _, secrets := range [][]provider.Secret{c.Secrets, decoded(c.Secrets)} {
			changed := *c
			changed.Secrets = secrets
			if _, err := s.Verify(ctx, &changed); err == nil {
				return true
			}
		}
	}
	return false
}

// decoded returns the secrets that are base64, as the bytes that they stand for.
func decoded(secrets []provider.Secret) []provider.Secret {
	var list []provider.Secret
	for _, s := range secrets {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Reveal(), "whsec_"))
		if err == nil && len(raw) > 0 {
			list = append(list, provider.Secret(raw))
		}
	}
	return list
}
