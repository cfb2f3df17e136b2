package all

import "github.com/posthorn/posthorn/internal/provider"

// superOffice signs the body only if the webhook has a secret; one without is refused here. X-SuperOffice-EventId and
// X-SuperOffice-Event are not signed, so the body is asked for both. There is no signed time.
func superOffice() provider.Provider {
	return provider.Provider{
		Name: "superoffice", Title: "SuperOffice",
		Pages: []provider.Page{
			{Title: "Webhook secrets", URL: "https://superofficedocs.github.io/superoffice-docs/en/automation/webhook/security.html"},
			{Title: "Receiving notifications", URL: "https://superofficedocs.github.io/superoffice-docs/en/automation/webhook/notification.html"},
		},
		Note:   "Give the webhook a secret, and the address with https: SuperOffice signs nothing without the one and sends nothing without the other.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you chose as the webhook's Secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-SuperOffice-Signature"), Encoding: provider.Base64,
		},
		ID:           provider.JSONPath("EventId"),
		Type:         provider.JSONPath("Event"),
		Time:         provider.Moment{From: provider.JSONPath("Timestamp"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
