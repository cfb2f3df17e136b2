package all

import "github.com/posthorn/posthorn/internal/provider"

// zoom signs a version, the timestamp and the body, and every 72 hours asks, signed as well, for a seal over a token
// of its own. An event has no id; the body with its event_ts tells a repetition.
func zoom() provider.Provider {
	return provider.Provider{
		Name: "zoom", Title: "Zoom",
		Pages: []provider.Page{
			{Title: "Using webhooks", URL: "https://developers.zoom.us/docs/api/webhooks"},
			{Title: "Webhook validation and verification changes", URL: "https://developers.zoom.us/changelog/platform/webhook-validation-and-verification-changes/"},
		},
		Note:   "The secret must be set before the URL is validated at Zoom.",
		Secret: provider.Field{Name: "Secret token", Hint: "on the app's page, under Features, Access"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Zm-Signature"), Prefix: "v0=",
			Stamp: provider.Stamp{From: provider.Header("X-Zm-Request-Timestamp")},
			Signed: []provider.Piece{
				provider.Literal("v0:"), provider.Timestamp(), provider.Literal(":"), provider.Body(),
			},
		},
		Type: provider.JSONPath("event"),
		Time: provider.Moment{From: provider.JSONPath("event_ts"), Unit: provider.Milliseconds},
		Handshakes: []provider.Handshake{{
			Name: "endpoint.url_validation", Guard: provider.Signed,
			When: []provider.Match{{At: provider.JSONPath("event"), Equals: "endpoint.url_validation"}},
			Echo: provider.JSONPath("payload.plainToken"), As: provider.JSON,
			Reply: []provider.Given{{Name: "plainToken"}, {Name: "encryptedToken", Seal: provider.Seal{Hash: provider.SHA256}}},
		}},
	}
}
