package all

import "github.com/posthorn/posthorn/internal/provider"

// veriff signs the body. id and verification.id are a session's, which is sent several times, and there is no id of the
// webhook, so a repetition is recognised by its body. Legacy X-Signature, a plain hash, is never looked at.
//
// Newer pages name the header VRF-HMAC-SIGNATURE beside X-HMAC-SIGNATURE; that both carry the same signature is
// concluded from them being named as alternatives. verification.decisionTime is from receivers in public use; not checked
// against the page.
func veriff() provider.Provider {
	return provider.Provider{
		Name: "veriff", Title: "Veriff",
		Pages: []provider.Page{
			{Title: "HMAC Authentication and Endpoint Security", URL: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security"},
			{Title: "Webhooks Guide", URL: "https://devdocs.veriff.com/docs/webhooks-guide"},
			{Title: "Decision webhook", URL: "https://devdocs.veriff.com/docs/decision-webhook"},
			{Title: "Event webhook", URL: "https://devdocs.veriff.com/docs/event-webhook"},
			{Title: "User-defined statuses webhook", URL: "https://devdocs.veriff.com/v1/docs/user-defined-statuses-webhook"},
		},
		Secret: provider.Field{Name: "Shared secret key", Hint: "of the integration, in the customer portal"},
		Scheme: provider.HMAC{
			Hash:      provider.SHA256,
			Signature: provider.FirstOf(provider.Header("X-HMAC-Signature"), provider.Header("VRF-HMAC-Signature")),
		},
		Type: provider.FirstOf(provider.JSONPath("eventType"), provider.JSONPath("action"), provider.JSONPath("verification.status")),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("time"), provider.JSONPath("verification.decisionTime")), Unit: provider.RFC3339,
		},
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
