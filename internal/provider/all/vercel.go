package all

import "github.com/posthorn/posthorn/internal/provider"

// vercel signs the body with HMAC-SHA1. Its pages call the id the one of the delivery; whether it stays the same over
// all attempts is not checked.
func vercel() provider.Provider {
	return provider.Provider{
		Name: "vercel", Title: "Vercel",
		Pages: []provider.Page{
			{Title: "Webhooks API Reference", URL: "https://vercel.com/docs/webhooks/webhooks-api"},
			{Title: "Webhooks", URL: "https://vercel.com/docs/webhooks"},
		},
		Secret:       provider.Field{Name: "Webhook secret", Hint: "shown once when the webhook is created; for an integration's webhooks, its client secret"},
		Scheme:       provider.HMAC{Hash: provider.SHA1, Signature: provider.Header("X-Vercel-Signature")},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("createdAt"), Unit: provider.Milliseconds},
		ContentTypes: []string{"application/json"},
	}
}
