package all

import "github.com/posthorn/posthorn/internal/provider"

// square signs the notification URL followed by the body. Its older x-square-signature with SHA-1 is not looked at.
func square() provider.Provider {
	return provider.Provider{
		Name: "square", Title: "Square",
		Pages: []provider.Page{
			{Title: "Verify and validate an event notification", URL: "https://developer.squareup.com/docs/webhooks/step3validate"},
			{Title: "Webhook notification URL", URL: "https://developer.squareup.com/docs/webhooks/what-it-does"},
		},
		Note:   "The notification URL entered at Square must be the source's public URL exactly: it is signed.",
		Secret: provider.Field{Name: "Signature key", Hint: "on the subscription's Endpoint Details page"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Square-Hmacsha256-Signature"), Encoding: provider.Base64,
			Signed: []provider.Piece{provider.Address(), provider.Body()},
		},
		ID:   provider.JSONPath("event_id"),
		Type: provider.JSONPath("type"),
		Time: provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
	}
}
