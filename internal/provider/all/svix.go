package all

import "github.com/posthorn/posthorn/internal/provider"

// svix is whoever sends through Svix; Svix leaves the body to its customers, who mostly write the type as here.
func svix() provider.Provider {
	scheme := provider.StandardWebhooks{Svix: true}
	return provider.Provider{
		Name: "svix", Title: "Svix",
		Pages: []provider.Page{
			{Title: "Verifying Webhooks Manually", URL: "https://docs.svix.com/receiving/verifying-payloads/how-manual"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "whsec_ and base64, shown on the endpoint's page"},
		Scheme: scheme,
		ID:     scheme.ID(),
		Type:   provider.FirstOf(provider.JSONPath("type"), provider.JSONPath("eventType"), provider.JSONPath("event")),
		Time:   provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
	}
}
