package all

import "github.com/posthorn/posthorn/internal/provider"

// shopify signs the body alone, so topic and event id could be exchanged by whoever replays a request; a repetition
// is recognised by its body and topic: two topics about one order may have the same body. X-Shopify-Triggered-At is from memory of the list of headers; not checked.
func shopify() provider.Provider {
	return provider.Provider{
		Name: "shopify", Title: "Shopify",
		Pages: []provider.Page{
			{Title: "Verify webhook deliveries", URL: "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries"},
			{Title: "Ignore duplicate webhooks", URL: "https://shopify.dev/apps/build/webhooks/ignore-duplicates"},
		},
		Note:   "After a new client secret, Shopify may sign with the old one for up to an hour: keep both for that long.",
		Secret: provider.Field{Name: "Client secret", Hint: "the app's client secret, or the key shown under Settings, Notifications, Webhooks"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Shopify-Hmac-Sha256"), Encoding: provider.Base64,
		},
		ID:     provider.FirstOf(provider.Header("X-Shopify-Event-Id"), provider.Header("X-Shopify-Webhook-Id")),
		Type:   provider.Header("X-Shopify-Topic"),
		Time:   provider.Moment{From: provider.Header("X-Shopify-Triggered-At"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByTopic,
	}
}
