package all

import "github.com/posthorn/posthorn/internal/provider"

// quickBooks signs the body. It sends a list of CloudEvents; until Intuit's change of May 2026 it sent eventNotifications,
// which have no ids and are recognised by their bodies.
//
// That the signature is the same for either form is concluded from Intuit's announcement, which changes the payload
// only; not checked. The media type of the new form is not checked, so any is taken.
func quickBooks() provider.Provider {
	const entity = "eventNotifications.0.dataChangeEvent.entities.0."
	return provider.Provider{
		Name: "quickbooks", Title: "QuickBooks Online",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks"},
			{Title: "Data objects", URL: "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks/data-objects"},
			{Title: "Upcoming change to webhooks payload structure", URL: "https://medium.com/intuitdev/upcoming-change-to-webhooks-payload-structure-2a87dab642d0"},
		},
		Secret: provider.Field{Name: "Verifier token", Hint: "on the app's Webhooks page; not the client secret"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("Intuit-Signature"), Encoding: provider.Base64},
		ID:     each("#.id"),
		Type: provider.FirstOf(
			provider.JSONPath("0.type"), provider.Joined(".", provider.JSONPath(entity+"name"), provider.JSONPath(entity+"operation")),
		),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("0.time"), provider.JSONPath(entity+"lastUpdated")), Unit: provider.RFC3339,
		},
	}
}
