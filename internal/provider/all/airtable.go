package all

import "github.com/posthorn/posthorn/internal/provider"

// airtable sends a ping that names base, webhook and time; the changes themselves are fetched. The header's value is
// hmac-sha256= and hex; the key is the decoded macSecretBase64. It wants an empty answer.
//
// Not checked: whether a ping that is sent again has the same timestamp.
func airtable() provider.Provider {
	return provider.Provider{
		Name: "airtable", Title: "Airtable",
		Pages: []provider.Page{
			{Title: "Webhooks overview", URL: "https://airtable.com/developers/web/api/webhooks-overview"},
			{Title: "Create a webhook", URL: "https://airtable.com/developers/web/api/create-a-webhook"},
			{
				Title: "Not able to match x-airtable-content-mac header from webhook",
				URL:   "https://community.airtable.com/t5/development-apis/not-able-to-match-x-airtable-content-mac-header-from-webhook/m-p/179349",
			},
		},
		Note:   "The ping says that something has changed, not what: fetch the payloads of the webhook. Each webhook has its own secret.",
		Secret: provider.Field{Name: "macSecretBase64", Hint: "in the answer to the request that created the webhook, and never shown again"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Airtable-Content-MAC"), Prefix: "hmac-sha256=",
			Key: provider.KeyForm{Encoded: true, Encoding: provider.Base64},
		},
		ID:           provider.Joined(" ", provider.JSONPath("webhook.id"), provider.JSONPath("timestamp")),
		Type:         provider.Literal("ping"),
		Time:         provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
