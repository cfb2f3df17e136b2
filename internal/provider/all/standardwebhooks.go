package all

import "github.com/posthorn/posthorn/internal/provider"

// standardWebhooks is whoever follows the specification, this server's own webhooks included. The id is signed.
func standardWebhooks() provider.Provider {
	scheme := provider.StandardWebhooks{}
	return provider.Provider{
		Name: "standard-webhooks", Title: "Standard Webhooks",
		Pages: []provider.Page{
			{Title: "Standard Webhooks specification", URL: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "whsec_ and base64, or whpk_ and base64 for ed25519"},
		Scheme: scheme,
		ID:     scheme.ID(),
		Type:   provider.JSONPath("type"),
		Time:   provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
	}
}
