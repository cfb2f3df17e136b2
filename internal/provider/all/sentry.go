package all

import "github.com/posthorn/posthorn/internal/provider"

// sentry is the integration platform, not the older service hooks of a project. The body is signed; Request-ID,
// Sentry-Hook-Resource and Sentry-Hook-Timestamp are not, so the timestamp decides nothing and a repetition is
// recognised by its body.
//
// The formula is that of build_signature in Sentry's own server: hex, over the body as it is sent, with its \u escapes; the
// page's examples write the body anew, which would not match.
func sentry() provider.Provider {
	return provider.Provider{
		Name: "sentry", Title: "Sentry",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.sentry.io/integrations/integration-platform/webhooks/"},
			{Title: "SentryApp.build_signature (src/sentry/sentry_apps/models/sentry_app.py)", URL: "https://github.com/getsentry/sentry"},
			{Title: "Issue Alerts", URL: "https://docs.sentry.io/integrations/integration-platform/webhooks/issue-alerts/"},
		},
		Secret: provider.Field{Name: "Client Secret", Hint: "of the internal or public integration, under Developer Settings"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("Sentry-Hook-Signature")},
		ID:     provider.Header("Request-ID"),
		Type:   provider.Joined(".", provider.Header("Sentry-Hook-Resource"), provider.JSONPath("action")),
		Time:   provider.Moment{From: provider.Header("Sentry-Hook-Timestamp")},
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
