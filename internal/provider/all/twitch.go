package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// twitch is EventSub over webhooks: id, timestamp and body are signed, one after the other. Ten minutes of
// age, instead of five, are from memory of "Guarding against replay attacks"; not checked. A revocation of the subscription comes like an event, with its cause in subscription.status.
func twitch() provider.Provider {
	id := provider.Header("Twitch-Eventsub-Message-Id")
	return provider.Provider{
		Name: "twitch", Title: "Twitch EventSub",
		Pages: []provider.Page{
			{Title: "Getting Events Using Webhook Callbacks", URL: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events"},
		},
		Secret: provider.Field{Name: "Secret", Hint: "what you pass when you subscribe: 10 to 100 ASCII characters"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Twitch-Eventsub-Message-Signature"), Prefix: "sha256=",
			Stamp: provider.Stamp{
				From: provider.Header("Twitch-Eventsub-Message-Timestamp"), Unit: provider.RFC3339, Tolerance: 10 * time.Minute,
			},
			Signed: []provider.Piece{id, provider.Timestamp(), provider.Body()},
		},
		ID:   id,
		Type: provider.JSONPath("subscription.type"),
		Time: provider.Moment{From: provider.Header("Twitch-Eventsub-Message-Timestamp"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "webhook_callback_verification", Guard: provider.Signed,
			When: []provider.Match{{
				At: provider.Header("Twitch-Eventsub-Message-Type"), Equals: "webhook_callback_verification",
			}},
			Echo: provider.JSONPath("challenge"), As: provider.Text, Reply: []provider.Given{{}},
		}},
	}
}
