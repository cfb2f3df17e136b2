package all

import "github.com/posthorn/posthorn/internal/provider"

// clerk sends through Svix; the body has no id of the event, the signed svix-id is one.
func clerk() provider.Provider {
	scheme := provider.StandardWebhooks{Svix: true}
	return provider.Provider{
		Name: "clerk", Title: "Clerk",
		Pages: []provider.Page{
			{Title: "Webhooks overview", URL: "https://clerk.com/docs/guides/development/webhooks/overview"},
			{Title: "Verifying Webhooks Manually", URL: "https://docs.svix.com/receiving/verifying-payloads/how-manual"},
		},
		Secret:       provider.Field{Name: "Signing secret", Hint: "whsec_ and base64, on the endpoint's page in the dashboard"},
		Scheme:       scheme,
		ID:           scheme.ID(),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.Milliseconds},
		ContentTypes: []string{"application/json"},
	}
}
