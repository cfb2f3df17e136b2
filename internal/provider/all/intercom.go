package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// intercom signs the body with HMAC-SHA1 under the app's client secret. The body counts delivery attempts, so the id
// in it, which is signed, tells a repetition. It first sends a notification with the topic ping, signed like all others.
// Before the URL is saved it is looked at with HEAD ("Set up Webhooks").
func intercom() provider.Provider {
	return provider.Provider{
		Name: "intercom", Title: "Intercom",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developers.intercom.com/docs/webhooks"},
			{Title: "Set up Webhooks", URL: "https://developers.intercom.com/docs/webhooks/setting-up-webhooks"},
			{Title: "Delivering Webhook Notifications", URL: "https://developers.intercom.com/docs/webhooks/webhook-notifications"},
			{Title: "Signed Notifications", URL: "https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications"},
		},
		Secret:       provider.Field{Name: "Client secret", Hint: "of the app, in the Developer Hub under Basic information"},
		Scheme:       provider.HMAC{Hash: provider.SHA1, Signature: provider.Header("X-Hub-Signature"), Prefix: "sha1="},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("topic"),
		Time:         provider.Moment{From: provider.JSONPath("created_at")},
		Handshakes:   []provider.Handshake{{Name: "check of the URL", Method: http.MethodHead}},
		ContentTypes: []string{"application/json"},
	}
}
