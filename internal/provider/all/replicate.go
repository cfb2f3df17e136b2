package all

import "github.com/posthorn/posthorn/internal/provider"

// replicate follows Standard Webhooks. The body is the prediction as it stands, which does not say why it is sent
// (start, output, logs or completed), so its status is the type. The id is the signed webhook-id: a prediction is sent
// many times. The body carries no time of the sending.
func replicate() provider.Provider {
	scheme := provider.StandardWebhooks{}
	return provider.Provider{
		Name: "replicate", Title: "Replicate",
		Pages: []provider.Page{
			{Title: "Verify webhooks", URL: "https://replicate.com/docs/topics/webhooks/verify-webhook"},
			{Title: "Receive webhooks", URL: "https://replicate.com/docs/topics/webhooks/receive-webhook"},
		},
		Secret:       provider.Field{Name: "Signing secret", Hint: "whsec_ and base64, one for the whole user or organization, from /v1/webhooks/default/secret"},
		Scheme:       scheme,
		ID:           scheme.ID(),
		Type:         provider.JSONPath("status"),
		ContentTypes: []string{"application/json"},
	}
}
