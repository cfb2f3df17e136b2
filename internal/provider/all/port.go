package all

import "github.com/posthorn/posthorn/internal/provider"

// port signs timestamp and body with the client secret of the organization. There is no id of the webhook, so a repetition is
// recognised by its body.
//
// That resourceType and action stand in every body is from memory of Port's pages; not checked.
func port() provider.Provider {
	return provider.Provider{
		Name: "port-io", Title: "Port",
		Pages: []provider.Page{
			{Title: "Validate webhook signatures", URL: "https://docs.port.io/actions-and-automations/setup-backend/webhook/signature-verification"},
		},
		Secret: provider.Field{Name: "Client secret", Hint: "of the organization, under Credentials"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Port-Signature"), Prefix: "v1,", Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("X-Port-Timestamp")},
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		Type: provider.FirstOf(
			provider.Joined(".", provider.JSONPath("resourceType"), provider.JSONPath("action")), provider.JSONPath("action"),
		),
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
