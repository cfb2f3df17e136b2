package all

import "github.com/posthorn/posthorn/internal/provider"

// rutter signs the body with the client secret. That there is no id of the webhook is not checked; a repetition is recognised
// by its body, all of which is signed.
func rutter() provider.Provider {
	return provider.Provider{
		Name: "rutter", Title: "Rutter",
		Pages:  []provider.Page{{Title: "Webhooks", URL: "https://docs.rutter.com/platform/webhooks"}},
		Secret: provider.Field{Name: "Client secret", Hint: "of the environment, in the dashboard"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Rutter-Signature"), Prefix: "sha256=", Encoding: provider.Base64,
		},
		Type: provider.FirstOf(
			provider.Joined(".", provider.JSONPath("type"), provider.JSONPath("code")), provider.JSONPath("type"),
		),
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
