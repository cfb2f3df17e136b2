package all

import "github.com/posthorn/posthorn/internal/provider"

// openAI follows Standard Webhooks. The signed webhook-id differs from the event's id in the body; it is the one by which
// the specification tells a repetition.
//
// Not checked against OpenAI's guide: the facts are from the reference and the tests of OpenAI's own libraries, which
// hold a real webhook.
func openAI() provider.Provider {
	scheme := provider.StandardWebhooks{}
	return provider.Provider{
		Name: "openai", Title: "OpenAI",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://platform.openai.com/docs/guides/webhooks"},
			{Title: "OpenAI::Resources::Webhooks", URL: "https://rubydoc.info/github/openai/openai-ruby/OpenAI/Resources/Webhooks"},
		},
		Secret:       provider.Field{Name: "Signing secret", Hint: "whsec_ and base64, shown once when the webhook is created"},
		Scheme:       scheme,
		ID:           scheme.ID(),
		Type:         provider.JSONPath("type"),
		Time:         provider.Moment{From: provider.JSONPath("created_at")},
		ContentTypes: []string{"application/json"},
	}
}
