package all

import "github.com/posthorn/posthorn/internal/provider"

// stripe signs timestamp and body. The header may carry several v1 signatures while a secret is being replaced, and
// v0 ones for test events, which count for nothing.
func stripe() provider.Provider {
	return provider.Provider{
		Name: "stripe", Title: "Stripe",
		Pages: []provider.Page{
			{Title: "Receive Stripe events in your webhook endpoint", URL: "https://docs.stripe.com/webhooks"},
			{Title: "The Event object", URL: "https://docs.stripe.com/api/events/object"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "whsec_..., shown on the endpoint's page; all of it, the prefix included, is the key"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Stripe-Signature"),
			Layout: provider.Pairs(",", "v1", "t"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("created")},
		ContentTypes: []string{"application/json"},
	}
}
