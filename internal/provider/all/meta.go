package all

import "github.com/posthorn/posthorn/internal/provider"

// meta is Facebook, Instagram and WhatsApp. The body is signed with the app secret; the older X-Hub-Signature with
// SHA-1 is not looked at. A webhook may hold several changes and has no id of its own.
func meta() provider.Provider {
	return provider.Provider{
		Name: "meta", Title: "Meta (Facebook, Instagram, WhatsApp)",
		Pages: []provider.Page{
			{Title: "Webhooks: Getting started", URL: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started"},
		},
		Secret: provider.Field{Name: "App secret", Hint: "of the app, under Settings, Basic; 32 hex digits"},
		Options: []provider.Option{
			{Name: provider.TokenOption, Meaning: "The word you enter at Meta as the verify token.", Required: true},
		},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature-256"), Prefix: "sha256=",
		},
		Type: provider.FirstOf(
			provider.Joined(".", provider.JSONPath("object"), provider.JSONPath("entry.0.changes.0.field")),
			provider.JSONPath("object"),
		),
		Time: provider.Moment{From: provider.JSONPath("entry.0.time")},
		Handshakes: []provider.Handshake{{
			Name: "verification", Method: "GET", Guard: provider.TokenKnown, Token: provider.Query("hub.verify_token"),
			When: []provider.Match{{At: provider.Query("hub.mode"), Equals: "subscribe"}},
			Echo: provider.Query("hub.challenge"), As: provider.Text, Reply: []provider.Given{{}},
		}},
	}
}
