package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// trello signs the body followed by the callback URL, exactly as it was given when the webhook was created, with
// HMAC-SHA1. Before a webhook is created it looks with HEAD whether anybody is there.
func trello() provider.Provider {
	return provider.Provider{
		Name: "trello", Title: "Trello",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/"},
		},
		Note:   "The callbackURL must be the source's public URL exactly.",
		Secret: provider.Field{Name: "Secret", Hint: "the OAuth 1.0 secret of the Power-Up, on its API key page; not a token"},
		Scheme: provider.HMAC{
			Hash: provider.SHA1, Signature: provider.Header("X-Trello-Webhook"), Encoding: provider.Base64,
			Signed: []provider.Piece{provider.Body(), provider.Address()},
		},
		ID:           provider.JSONPath("action.id"),
		Type:         provider.JSONPath("action.type"),
		Time:         provider.Moment{From: provider.JSONPath("action.date"), Unit: provider.RFC3339},
		Handshakes:   []provider.Handshake{{Name: "check of the callback URL", Method: http.MethodHead}},
		ContentTypes: []string{"application/json"},
	}
}
