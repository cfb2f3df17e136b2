package all

import "github.com/posthorn/posthorn/internal/provider"

// asana tells the secret itself: while a webhook is being created it sends X-Hook-Secret, wants it back in the same
// header, and from then on signs the body with it. Every webhook has a secret of its own and therefore needs a source
// of its own; once a source has one, it answers no further handshake, or anybody could put in theirs. A request is a
// list of events, empty for a heartbeat, without an id.
//
// The names inside an event (action, resource, created_at) are from memory of the guide, of which the stored copy has
// only the beginning; not checked. They serve to show type and time.
func asana() provider.Provider {
	return provider.Provider{
		Name: "asana", Title: "Asana",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developers.asana.com/docs/webhooks-guide"},
			{Title: "Establish a webhook", URL: "https://developers.asana.com/reference/createwebhook"},
		},
		Note: "Create the source without a secret and then the webhook at Asana: the source learns the secret. " +
			"To use the source for a new webhook, remove its secret first.",
		Secret: provider.Field{Name: "X-Hook-Secret", Hint: "told by Asana when the webhook is created; nothing to paste"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Hook-Signature")},
		Type:   provider.Joined(".", provider.JSONPath("events.0.resource.resource_type"), provider.JSONPath("events.0.action")),
		Time:   provider.Moment{From: provider.JSONPath("events.0.created_at"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "X-Hook-Secret", Guard: provider.Unset,
			When:  []provider.Match{{At: provider.Header("X-Hook-Secret")}},
			Echo:  provider.Header("X-Hook-Secret"),
			Reply: []provider.Given{{Name: "X-Hook-Secret", InHeader: true}},
			Learn: provider.Header("X-Hook-Secret"),
		}},
		ContentTypes: []string{"application/json"},
	}
}
