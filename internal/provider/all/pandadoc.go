package all

import "github.com/posthorn/posthorn/internal/provider"

// pandaDoc signs the body and puts the signature into the query. A webhook is a list of events without ids of their own; data.id
// is the document's, so a repetition is recognised by its body.
func pandaDoc() provider.Provider {
	return provider.Provider{
		Name: "panda-doc", Title: "PandaDoc",
		Pages:  []provider.Page{{Title: "How to Verify Webhook Authenticity", URL: "https://developers.pandadoc.com/docs/webhook-verification"}},
		Secret: provider.Field{Name: "Shared key", Hint: "of the webhook subscription, in the Developer Dashboard under Configuration"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Query("signature")},
		Type:   provider.JSONPath("0.event"),
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
