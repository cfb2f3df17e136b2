package all

import "github.com/posthorn/posthorn/internal/provider"

// gocardless signs the body and sends up to 250 events in one webhook; the ids of all of them together tell a
// repetition. It asks for 204, and for 498 where the signature is wrong; a 401 is a failed attempt as well.
func gocardless() provider.Provider {
	return provider.Provider{
		Name: "gocardless", Title: "GoCardless",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.gocardless.com/api-reference/#appendix-webhooks"},
		},
		Secret: provider.Field{Name: "Webhook endpoint secret", Hint: "shown on the endpoint's page"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("Webhook-Signature")},
		ID:     each("events.#.id"),
		Type:   provider.Joined(".", provider.JSONPath("events.0.resource_type"), provider.JSONPath("events.0.action")),
		Time:   provider.Moment{From: provider.JSONPath("events.0.created_at"), Unit: provider.RFC3339},
		Answer: provider.Answer{Status: 204},
	}
}
