package all

import "github.com/posthorn/posthorn/internal/provider"

// calendly signs timestamp and body. There is no id: event, time and the invitee's address in the API tell a
// repetition.
//
// Not checked against the page: the tolerance of its example, which others quote as three minutes; five are used. Nor
// whether created_at stays the same from one attempt to the next.
func calendly() provider.Provider {
	return provider.Provider{
		Name: "calendly", Title: "Calendly",
		Pages: []provider.Page{
			{Title: "Webhook Signatures", URL: "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures"},
			{Title: "Webhook Payloads for Rescheduled Events", URL: "https://developer.calendly.com/docs/api-guides/see-how-webhook-payloads-change-when-invitees-reschedule-events"},
		},
		Note:   "A subscription made with a personal access token is signed only if it was created with a signing_key.",
		Secret: provider.Field{Name: "Webhook signing key", Hint: "as given with the subscription, or of the OAuth app"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Calendly-Webhook-Signature"), Layout: provider.Pairs(",", "v1", "t"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		ID:           provider.Joined(" ", provider.JSONPath("event"), provider.JSONPath("created_at"), provider.JSONPath("payload.uri")),
		Type:         provider.JSONPath("event"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
