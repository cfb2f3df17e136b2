package all

import "github.com/posthorn/posthorn/internal/provider"

// postmark signs nothing; its pages propose HTTP basic authentication. It sends one event per request. A bounce or
// complaint has an id of its own, everything else is told apart by message, kind and time, which is to the second: several
// links can be clicked in one, so the link counts too, and of an open the program that opened it.
func postmark() provider.Provider {
	return provider.Provider{
		Name: "postmark", Title: "Postmark",
		Pages: []provider.Page{
			{Title: "Webhooks overview", URL: "https://postmarkapp.com/developer/webhooks/webhooks-overview"},
			{Title: "Delivery webhook", URL: "https://postmarkapp.com/developer/webhooks/delivery-webhook"},
			{Title: "Click webhook", URL: "https://postmarkapp.com/developer/webhooks/click-webhook"},
			{Title: "Open tracking webhook", URL: "https://postmarkapp.com/developer/webhooks/open-tracking-webhook"},
			{Title: "Subscription change webhook", URL: "https://postmarkapp.com/developer/webhooks/subscription-change-webhook"},
		},
		Note:   "Enter the URL as https://name:password@... at Postmark, or set the basic authentication of the webhook.",
		Secret: provider.Field{Name: "Name and password", Hint: "name:password, as entered at Postmark"},
		Scheme: provider.Basic{},
		ID: provider.FirstOf(
			provider.Joined(":", provider.JSONPath("RecordType"), provider.JSONPath("ID")),
			postmarkEvent(provider.JSONPath("OriginalLink")),
			postmarkEvent(provider.JSONPath("UserAgent")),
			postmarkEvent(),
			provider.JSONPath("MessageID"),
		),
		Type:         provider.JSONPath("RecordType"),
		Time:         provider.Moment{From: postmarkTime(), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

// postmarkEvent tells an event that has no id from the others about its message.
func postmarkEvent(apart ...provider.Piece) provider.Piece {
	pieces := []provider.Piece{provider.JSONPath("RecordType"), provider.JSONPath("MessageID"), provider.JSONPath("Recipient"), postmarkTime()}
	return provider.Joined(":", append(pieces, apart...)...)
}

// postmarkTime is the time of an event, which has another name in every kind of event.
func postmarkTime() provider.Piece {
	return provider.FirstOf(
		provider.JSONPath("DeliveredAt"), provider.JSONPath("BouncedAt"), provider.JSONPath("ReceivedAt"), provider.JSONPath("ChangedAt"),
	)
}
