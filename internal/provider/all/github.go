package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// github signs the body with HMAC-SHA-256. It also sends the older X-Hub-Signature with SHA-1, which is never looked
// at. X-GitHub-Delivery is not signed, so a repetition is recognised by its body.
//
// GitHub sends nothing again by itself ("Handling failed webhook deliveries"): a repetition is what a person or a program
// asks for, or somebody who has caught a request. Two events may well be alike, such as a workflow that is dispatched
// twice with the same inputs, so a body is remembered for an hour only.
func github() provider.Provider {
	return provider.Provider{
		Name: "github", Title: "GitHub",
		Pages: []provider.Page{
			{Title: "Validating webhook deliveries", URL: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"},
			{Title: "Handling failed webhook deliveries", URL: "https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries"},
			{Title: "Webhook events and payloads", URL: "https://docs.github.com/en/webhooks/webhook-events-and-payloads"},
		},
		Note: "Choose the content type application/json or application/x-www-form-urlencoded as you like; the signature covers either.\n\n" +
			"Two webhooks with the same body within an hour are taken for one, because nothing else is signed. " +
			"Where that drops real events, such as a workflow that is dispatched twice with the same inputs, set the source's `dedupe` to " +
			"`{\"by\": \"header:X-GitHub-Delivery\"}`; whoever has caught a request can then send it again under another id. " +
			"To refuse captured requests for longer instead, set `windowSeconds`.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature-256"), Prefix: "sha256=",
		},
		ID:           provider.Header("X-GitHub-Delivery"),
		Type:         provider.Header("X-GitHub-Event"),
		Dedupe:       provider.DedupeByBody,
		Window:       time.Hour,
		ContentTypes: []string{"application/json", "application/x-www-form-urlencoded"},
	}
}
