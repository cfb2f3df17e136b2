package all

import "github.com/posthorn/posthorn/internal/provider"

// gitea signs the body, in hex without a prefix. Forgejo sends the same headers beside its own. X-Gitea-Delivery is
// not signed, so a repetition is recognised by its body. Sent as a form, the JSON inside it would be signed and not the
// body (from memory of Gitea's source; not checked), so only JSON is taken.
func gitea() provider.Provider {
	return provider.Provider{
		Name: "gitea", Title: "Gitea and Forgejo",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.gitea.com/usage/repository/webhooks"},
		},
		Note:   "Choose the content type application/json.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Gitea-Signature")},
		ID:     provider.Header("X-Gitea-Delivery"),
		Type:   provider.Header("X-Gitea-Event"),
		Dedupe: provider.DedupeByBody,

		ContentTypes: []string{"application/json"},
	}
}
