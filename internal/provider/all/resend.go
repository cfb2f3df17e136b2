package all

import "github.com/posthorn/posthorn/internal/provider"

// resend sends through Svix.
func resend() provider.Provider {
	scheme := provider.StandardWebhooks{Svix: true}
	return provider.Provider{
		Name: "resend", Title: "Resend",
		Pages: []provider.Page{
			{Title: "Verify Webhooks Requests", URL: "https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests"},
		},
		Secret:       provider.Field{Name: "Signing secret", Hint: "whsec_..., on the webhook's page"},
		Scheme:       scheme,
		ID:           scheme.ID(),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
