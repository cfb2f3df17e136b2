package all

import "github.com/posthorn/posthorn/internal/provider"

// sendgrid signs timestamp and body of its event webhook with an ECDSA key of the account. A request is a list of
// events; the ids of all of them together tell a repetition.
//
// The pages name no replay window; five minutes are used. Not checked: whether the timestamp is new with every retry.
func sendgrid() provider.Provider {
	return provider.Provider{
		Name: "sendgrid", Title: "SendGrid",
		Pages: []provider.Page{
			{
				Title: "Getting Started with the Event Webhook Security Features",
				URL:   "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
			},
			{Title: "Event Webhook Reference", URL: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"},
			{Title: "sendgrid-nodejs, package eventwebhook", URL: "https://github.com/sendgrid/sendgrid-nodejs"},
		},
		Note:   "Switch on Signature Verification in the webhook's settings: unsigned events are refused.",
		Secret: provider.Field{Name: "Verification key", Hint: "shown after Signature Verification is enabled; base64, without PEM lines", Open: true},
		Scheme: provider.Public{
			Algorithm: provider.ECDSASHA256, Signature: provider.Header("X-Twilio-Email-Event-Webhook-Signature"), Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("X-Twilio-Email-Event-Webhook-Timestamp")},
			Signed: []provider.Piece{provider.Timestamp(), provider.Body()},
		},
		ID:           each("#.sg_event_id"),
		Type:         provider.JSONPath("0.event"),
		Time:         provider.Moment{From: provider.JSONPath("0.timestamp")},
		ContentTypes: []string{"application/json"},
	}
}
