package all

import "github.com/posthorn/posthorn/internal/provider"

// telnyx signs timestamp and body with an ed25519 key of the account. Most products wrap the event in data, a few send
// it bare, so both places are read. The pages leave the replay window to the receiver; it is five minutes here.
func telnyx() provider.Provider {
	return provider.Provider{
		Name: "telnyx", Title: "Telnyx",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developers.telnyx.com/docs/development/api-fundamentals/webhooks"},
			{Title: "Python SDK webhooks", URL: "https://developers.telnyx.com/docs/development/sdk/python/webhooks"},
			{Title: "Number order status update callback", URL: "https://developers.telnyx.com/api-reference/callbacks/number-order-status-update"},
		},
		Secret: provider.Field{Name: "Public key", Hint: "of the account, in Mission Control under Keys & Credentials; base64 of 32 bytes", Open: true},
		Scheme: provider.Public{
			Algorithm: provider.Ed25519, Signature: provider.Header("telnyx-signature-ed25519"), Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("telnyx-timestamp")},
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("|"), provider.Body()},
		},
		ID:   provider.FirstOf(provider.JSONPath("data.id"), provider.JSONPath("id")),
		Type: provider.FirstOf(provider.JSONPath("data.event_type"), provider.JSONPath("event_type")),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("data.occurred_at"), provider.JSONPath("occurred_at")), Unit: provider.RFC3339,
		},
	}
}
