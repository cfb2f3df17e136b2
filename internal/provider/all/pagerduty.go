package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// pagerDuty is the v3 webhooks. The header carries a v1 signature for every secret while one is being replaced. There is
// no signed time. X-Webhook-Id stays the same over all attempts but is not signed, so the event's id in the body counts.
func pagerDuty() provider.Provider {
	return provider.Provider{
		Name: "pagerduty", Title: "PagerDuty",
		Pages: []provider.Page{
			{Title: "Verifying Signatures", URL: "https://docs.pagerduty.com/developer/verifying-webhook-signatures"},
			{Title: "Overview (docs/webhooks/01-Overview.md)", URL: "https://github.com/PagerDuty/developer-docs"},
			{Title: "Behavior (docs/webhooks/02-Behavior.md)", URL: "https://github.com/PagerDuty/developer-docs"},
		},
		Note:   "PagerDuty waits five seconds, and drops a webhook that is answered with 4xx.",
		Secret: provider.Field{Name: "Secret", Hint: "shown once, when the webhook subscription is created"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-PagerDuty-Signature"), Layout: provider.Pairs(",", "v1", ""),
		},
		ID:           provider.JSONPath("event.id"),
		Type:         provider.JSONPath("event.event_type"),
		Time:         provider.Moment{From: provider.JSONPath("event.occurred_at"), Unit: provider.RFC3339},
		Answer:       provider.Answer{Status: http.StatusAccepted},
		ContentTypes: []string{"application/json"},
	}
}
