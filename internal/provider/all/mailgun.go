package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// mailgun signs a timestamp and a random token, which stand in the body beside the signature, and nothing else: whoever
// has read one request can put another event behind its signature. The token is therefore what a repetition is
// recognised by, as the page proposes; the event's own id would let a changed copy pass as a new event.
//
// The page warns of being strict with the timestamp, and retries go on for eight hours and five minutes. Whether a
// retry carries a new timestamp and token is not said, so nine hours are allowed, and a retry with a new token counts
// as a new event.
func mailgun() provider.Provider {
	return provider.Provider{
		Name: "mailgun", Title: "Mailgun",
		Pages: []provider.Page{
			{Title: "Securing Webhooks", URL: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"},
			{
				Title: "Receiving Messages via HTTP through a forward() action",
				URL:   "https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http",
			},
			{Title: "Webhooks, help centre", URL: "https://help.mailgun.com/hc/en-us/articles/202236504-Webhooks"},
		},
		Note: "The signature does not cover the event. Keep the address secret, and the dedupe window at nine hours or more, " +
			"so that an intercepted signature cannot be used again.",
		Secret: provider.Field{Name: "Webhook signing key", Hint: "of the account, not an API key"},
		Options: []provider.Option{{
			Name: "signature", Default: "own", Values: []string{"own", "parent"},
			Meaning: "Which signature counts: the one of the account that sends, or, for all subaccounts together, the primary account's.",
		}},
		Choose:       mailgunScheme,
		ID:           mailgunField("token"),
		Type:         provider.JSONPath("event-data.event"),
		Time:         provider.Moment{From: provider.JSONPath("event-data.timestamp")},
		ContentTypes: []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"},
	}
}

func mailgunScheme(o provider.Options) (provider.Scheme, error) {
	names := map[string]string{"own": "signature", "parent": "parent-signature"}
	name, ok := names[o["signature"]]
	if !ok {
		return nil, provider.Refuse(provider.BadOption, "option signature")
	}
	return provider.HMAC{
		Hash: provider.SHA256, Signature: mailgunField(name),
		Stamp:  provider.Stamp{From: mailgunField("timestamp"), Tolerance: 9 * time.Hour},
		Signed: []provider.Piece{provider.Timestamp(), mailgunField("token")},
	}, nil
}

// mailgunField is where events, which are JSON, or received messages, which are forms, have a part of the signature.
func mailgunField(name string) provider.Piece {
	return provider.FirstOf(provider.JSONPath("signature."+name), provider.Form(name))
}
