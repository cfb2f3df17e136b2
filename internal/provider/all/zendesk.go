package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// zendesk signs timestamp and body. An older edition of the page, under event-connectors, had them the other way round
// and an example to match; the present one is followed, as receivers in public code do.
//
// Only webhooks that subscribe to events have an id; those of triggers and automations send what their owner wrote, in
// any format. The latter are recognised by the signed timestamp with the body: a body by itself, such as
// {"status":"open"}, is sent again and again. The header with the invocation's id is not signed. No replay window is
// named; five minutes are used. Not checked: whether the timestamp is new with every retry.
func zendesk() provider.Provider {
	return provider.Provider{
		Name: "zendesk", Title: "Zendesk",
		Pages: []provider.Page{
			{Title: "Verifying webhook authenticity", URL: "https://developer.zendesk.com/documentation/webhooks/verifying/"},
			{Title: "Anatomy of a webhook request", URL: "https://developer.zendesk.com/documentation/webhooks/anatomy-of-a-webhook-request/"},
			{Title: "Webhook event types", URL: "https://developer.zendesk.com/api-reference/webhooks/event-types/webhook-event-types/"},
		},
		Note: "Requests without a body, such as those by GET, are told apart by their signed time, which counts seconds. Where several " +
			"come within a second, set the source's `dedupe` to `{\"by\": \"header:X-Zendesk-Webhook-Invocation-Id\"}`; that header is not signed.",
		Secret: provider.Field{Name: "Signing secret", Hint: "revealed on the webhook's page; base64, which is used as it stands"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Zendesk-Webhook-Signature"), Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("X-Zendesk-Webhook-Signature-Timestamp"), Unit: provider.RFC3339},
			Signed: []provider.Piece{provider.Timestamp(), provider.Body()},
		},
		ID: provider.FirstOf(
			provider.Joined(":", provider.JSONPath("zendesk_event_version"), provider.JSONPath("id")),
			provider.Joined(" ", provider.Header("X-Zendesk-Webhook-Signature-Timestamp"), provider.Digest()),
		),
		Type:    provider.JSONPath("type"),
		Time:    provider.Moment{From: provider.JSONPath("time"), Unit: provider.RFC3339},
		Methods: []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete},
	}
}
