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
		Options: []provider.Option{{
			Name: "key", Meaning: "How the secret is written. With text its bytes are the key, the prefix included.", Default: "base64", Values: []string{"base64", "text"},
		}},
		Choose: provider.OneOf("key", map[string]provider.Scheme{"base64": scheme, "text": provider.StandardWebhooks{Key: provider.TextKey}}),
		ID:     scheme.ID(),
		Type:   provider.JSONPath("type"),
		Time:   provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
	}
}
