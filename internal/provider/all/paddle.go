package all

import "github.com/posthorn/posthorn/internal/provider"

// paddle signs timestamp and body with a colon between them. Its own libraries take five seconds of difference; here
// it is the usual five minutes, because the id is signed and repetitions are recognised. Several h1 may come while a
// secret is being replaced. This is Paddle Billing; Paddle Classic signs differently and is not supported.
func paddle() provider.Provider {
	return provider.Provider{
		Name: "paddle", Title: "Paddle",
		Pages: []provider.Page{
			{Title: "Verify webhook signatures", URL: "https://developer.paddle.com/webhooks/about/signature-verification"},
		},
		Secret: provider.Field{Name: "Endpoint secret key", Hint: "of the notification destination, pdl_ntfset_..."},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Paddle-Signature"),
			Layout: provider.Pairs(";", "h1", "ts"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal(":"), provider.Body()},
		},
		ID:   provider.JSONPath("event_id"),
		Type: provider.JSONPath("event_type"),
		Time: provider.Moment{From: provider.JSONPath("occurred_at"), Unit: provider.RFC3339},
	}
}
