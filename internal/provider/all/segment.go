package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// segment is the webhook destinations, the one with actions and the older one. The body is signed if the destination has a
// shared secret. The owner may choose the method and, with actions, the body; messageId is in what is sent otherwise.
func segment() provider.Provider {
	return provider.Provider{
		Name: "segment", Title: "Segment",
		Pages: []provider.Page{
			{Title: "Webhooks (Actions) Destination", URL: "https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook"},
			{Title: "Webhooks Destination", URL: "https://www.twilio.com/docs/segment/connections/destinations/catalog/webhooks"},
		},
		Note:    "Set a shared secret on the destination: without one Segment signs nothing, and is refused here.",
		Secret:  provider.Field{Name: "Shared secret", Hint: "as entered in the destination's settings"},
		Scheme:  provider.HMAC{Hash: provider.SHA1, Signature: provider.Header("X-Signature")},
		ID:      provider.JSONPath("messageId"),
		Type:    provider.JSONPath("type"),
		Time:    provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
		Methods: []string{http.MethodPost, http.MethodPut, http.MethodPatch},
	}
}
