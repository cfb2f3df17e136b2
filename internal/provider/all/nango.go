package all

import "github.com/posthorn/posthorn/internal/provider"

// nango signs the body. The older X-Nango-Signature, a plain hash, is not looked at. A webhook has no id, so a repetition is
// recognised by its body. Webhooks of an API that Nango forwards come in the same way, with the type forward.
func nango() provider.Provider {
	return provider.Provider{
		Name: "nango", Title: "Nango",
		Pages:  []provider.Page{{Title: "Webhooks from Nango", URL: "https://nango.dev/docs/guides/platform/webhooks-from-nango"}},
		Secret: provider.Field{Name: "Webhook signing key", Hint: "of the environment; its secret key where there is no other"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Nango-Hmac-Sha256")},
		Type:   provider.JSONPath("type"),
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
