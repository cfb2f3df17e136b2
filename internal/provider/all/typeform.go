package all

import "github.com/posthorn/posthorn/internal/provider"

// typeform signs the body, if the webhook has a secret.
func typeform() provider.Provider {
	return provider.Provider{
		Name: "typeform", Title: "Typeform",
		Pages: []provider.Page{
			{Title: "Secure your webhooks", URL: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/"},
			{Title: "Example payload", URL: "https://www.typeform.com/developers/webhooks/example-payload/"},
			{Title: "Create or update webhook", URL: "https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/"},
		},
		Note:   "Set a secret on the webhook: unsigned responses are refused.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you set as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Typeform-Signature"), Prefix: "sha256=", Encoding: provider.Base64,
		},
		ID:           provider.JSONPath("event_id"),
		Type:         provider.JSONPath("event_type"),
		Time:         provider.Moment{From: provider.JSONPath("form_response.submitted_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
