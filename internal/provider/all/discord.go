package all

import "github.com/posthorn/posthorn/internal/provider"

// discord is Discord's webhook events. Interactions are signed in the same way but want an answer with content within
// three seconds, so they do not belong here. An event has no id; the body is signed and tells a repetition.
//
// The page asks for no particular age; that repeated attempts are signed anew is not checked.
func discord() provider.Provider {
	return provider.Provider{
		Name: "discord", Title: "Discord",
		Pages: []provider.Page{
			{Title: "Webhook Events", URL: "https://docs.discord.com/developers/events/webhook-events"},
			{Title: "Signature verification", URL: "https://www.mintlify.com/discord/discord-interactions-js/guides/signature-verification"},
		},
		Note:   "The public key must be set before the URL is entered at Discord: its ping is signed, and a forged one must be refused.",
		Secret: provider.Field{Name: "Public key", Hint: "of the application, on its General Information page; 64 hex digits", Open: true},
		Scheme: provider.Public{
			Algorithm: provider.Ed25519, Signature: provider.Header("X-Signature-Ed25519"),
			Stamp:  provider.Stamp{From: provider.Header("X-Signature-Timestamp")},
			Signed: []provider.Piece{provider.Timestamp(), provider.Body()},
		},
		Type: provider.JSONPath("event.type"),
		Time: provider.Moment{From: provider.JSONPath("event.timestamp"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "ping", Guard: provider.Signed, Status: 204,
			When: []provider.Match{{At: provider.JSONPath("type"), Equals: "0"}},
		}},
		Answer: provider.Answer{Status: 204},
	}
}
