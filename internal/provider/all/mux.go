package all

import "github.com/posthorn/posthorn/internal/provider"

// mux signs timestamp and body. The body counts attempts, so the id in it, which is signed, tells a repetition. Its
// libraries allow five minutes.
func mux() provider.Provider {
	return provider.Provider{
		Name: "mux", Title: "Mux",
		Pages: []provider.Page{
			{Title: "Verify webhook signatures", URL: "https://mux.com/docs/core/verify-webhook-signatures"},
			{Title: "Listen for webhooks", URL: "https://mux.com/docs/core/listen-for-webhooks"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "of the endpoint, on the webhooks settings page; each endpoint has its own"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Mux-Signature"), Layout: provider.Pairs(",", "v1", "t"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
