package all

import "github.com/posthorn/posthorn/internal/provider"

// x signs the body with the app's consumer secret and asks every hour, by GET, for the same seal over a token of its
// own. Anyone may ask, so a token and a body must not be taken for one another: what is sealed holds letters, digits and
// the signs of base64 alone, and a body of nothing else is refused.
func x() provider.Provider {
	return provider.Provider{
		Name: "x", Title: "X",
		Pages: []provider.Page{
			{Title: "Webhooks: Quickstart", URL: "https://docs.x.com/x-api/webhooks/quickstart"},
			{Title: "Webhooks: Introduction", URL: "https://docs.x.com/enterprise-api/webhooks/introduction"},
		},
		Secret: provider.Field{Name: "Consumer secret", Hint: "the app's API secret key, not the bearer token"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Twitter-Webhooks-Signature"),
			Prefix: "sha256=", Encoding: provider.Base64, Signed: []provider.Piece{bodyUnless(provider.Sealable)},
		},
		Type: fieldBeside("for_user_id", "user_has_blocked"),
		Handshakes: []provider.Handshake{{
			Name: "challenge-response check", Method: "GET",
			When: []provider.Match{{At: provider.Query("crc_token")}},
			Echo: provider.Query("crc_token"), As: provider.JSON,
			Reply: []provider.Given{{
				Name: "response_token", Seal: provider.Seal{Hash: provider.SHA256, Encoding: provider.Base64, Prefix: "sha256="},
			}},
		}},
	}
}
