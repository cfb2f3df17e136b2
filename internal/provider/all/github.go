package all

import "github.com/posthorn/posthorn/internal/provider"

// github signs the body with HMAC-SHA-256. It also sends the older X-Hub-Signature with SHA-1, which is never looked
// at. X-GitHub-Delivery is not signed, so a repetition is recognised by its body.
func github() provider.Provider {
	return provider.Provider{
		Name: "github", Title: "GitHub",
		Pages: []provider.Page{
			{Title: "Validating webhook deliveries", URL: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"},
			{Title: "Webhook events and payloads", URL: "https://docs.github.com/en/webhooks/webhook-events-and-payloads"},
		},
		Note:   "Choose the content type application/json or application/x-www-form-urlencoded as you like; the signature covers either.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature-256"), Prefix: "sha256=",
		},
		ID:           provider.Header("X-GitHub-Delivery"),
		Type:         provider.Header("X-GitHub-Event"),
		Dedupe:       provider.DedupeByBody,
		ContentTypes: []string{"application/json", "application/x-www-form-urlencoded"},
	}
}
