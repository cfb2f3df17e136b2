package all

import "github.com/posthorn/posthorn/internal/provider"

// xero asks for the intent to receive when a webhook is set up: several requests without events, some of them signed
// wrongly, which must be answered with 200 and 401 and nothing else, without body and cookies. Webhooks want the same
// answers. The sequence numbers start anew with every subscription, so a repetition is recognised by its body.
func xero() provider.Provider {
	return provider.Provider{
		Name: "xero", Title: "Xero",
		Pages: []provider.Page{
			{Title: "Configuring your server", URL: "https://developer.xero.com/documentation/webhooks/configuring-your-server"},
			{Title: "Webhooks overview", URL: "https://developer.xero.com/documentation/webhooks/overview"},
		},
		Note:   "Set the key before you start the validation at Xero. Xero waits five seconds and disables a webhook after a day of failures.",
		Secret: provider.Field{Name: "Webhooks key", Hint: "on the app's Webhooks page; all of it is the key, although it looks like base64"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Xero-Signature"), Encoding: provider.Base64},
		Type:   provider.Joined(".", provider.JSONPath("events.0.eventCategory"), provider.JSONPath("events.0.eventType")),
		Time:   provider.Moment{From: provider.JSONPath("events.0.eventDateUtc"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByBody,
		Handshakes: []provider.Handshake{{
			Name: "intent to receive", Guard: provider.Signed,
			When: []provider.Match{
				{At: provider.JSONPath("events.#"), Equals: "0"}, {At: provider.JSONPath("lastEventSequence"), Equals: "0"},
			},
		}},
		ContentTypes: []string{"application/json"},
	}
}
