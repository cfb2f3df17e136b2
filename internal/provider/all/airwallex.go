package all

import "github.com/posthorn/posthorn/internal/provider"

// airwallex signs the time, in milliseconds, followed by the body. The id stays the same over all attempts, which go on for
// three days; that every attempt has a time of its own is concluded from the header being called the send time.
func airwallex() provider.Provider {
	return provider.Provider{
		Name: "airwallex", Title: "Airwallex",
		Pages: []provider.Page{
			{Title: "Listen for webhook events", URL: "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events"},
			{Title: "Code examples", URL: "https://www.airwallex.com/docs/developer-tools__listen-for-webhook-events__code-examples"},
			{Title: "Webhooks overview", URL: "https://www.airwallex.com/docs/developer-tools/webhooks/webhooks-overview"},
		},
		Secret: provider.Field{Name: "Secret key", Hint: "of the notification URL, on the webhooks page; each URL has its own"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Signature"),
			Stamp:  provider.Stamp{From: provider.Header("X-Timestamp"), Unit: provider.Milliseconds},
			Signed: []provider.Piece{provider.Timestamp(), provider.Body()},
		},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("name"),
		Time:         provider.Moment{From: provider.FirstOf(provider.JSONPath("created_at"), provider.JSONPath("createdAt")), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
