package all

import "github.com/posthorn/posthorn/internal/provider"

// line signs the body with the channel secret. A webhook holds several events or, when the URL is checked, none. A
// redelivery says so in the body, so the ids of all its events together tell a repetition. The signature is as on the
// page; the names of the events' fields and the empty list are from memory of the second page, not checked.
func line() provider.Provider {
	return provider.Provider{
		Name: "line", Title: "LINE",
		Pages: []provider.Page{
			{Title: "Verify webhook signature", URL: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/"},
			{Title: "Receive messages (webhook)", URL: "https://developers.line.biz/en/docs/messaging-api/receiving-messages/"},
		},
		Secret: provider.Field{Name: "Channel secret", Hint: "on the channel's Basic settings page"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Line-Signature"), Encoding: provider.Base64,
		},
		ID:   each("events.#.webhookEventId"),
		Type: provider.JSONPath("events.0.type"),
		Time: provider.Moment{From: provider.JSONPath("events.0.timestamp"), Unit: provider.Milliseconds},
		Handshakes: []provider.Handshake{{
			Name: "verify", Guard: provider.Signed, When: []provider.Match{{At: provider.JSONPath("events.#"), Equals: "0"}},
		}},
	}
}
