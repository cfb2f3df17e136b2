package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// woocommerce signs the body. When a webhook is saved, WooCommerce sends a form with nothing but webhook_id, unsigned,
// and wants a 200. Topic and delivery id are not signed. A delivery that failed is not tried again (its maintainers in
// issue 28628), and two events of an action.* topic have the same body if the action's argument is the same, so a body is
// remembered for an hour only.
//
// That the ping is unsigned is from memory of WC_Webhook::deliver_ping; not checked.
func woocommerce() provider.Provider {
	return provider.Provider{
		Name: "woocommerce", Title: "WooCommerce",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/"},
			{Title: "Issue 28628: Replay webhook call", URL: "https://github.com/woocommerce/woocommerce/issues/28628"},
		},
		Note: "Two webhooks with the same body and topic within an hour are taken for one. Where that drops real events, such as those of an action.* topic, " +
			"set the source's `dedupe` to `{\"by\": \"header:X-WC-Webhook-Delivery-ID\"}`; that header is not signed, so whoever has caught a request can then " +
			"send it again under another id. To refuse captured requests for longer instead, set `windowSeconds`.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-WC-Webhook-Signature"), Encoding: provider.Base64,
		},
		ID:     provider.Header("X-WC-Webhook-Delivery-ID"),
		Type:   provider.Header("X-WC-Webhook-Topic"),
		Dedupe: provider.DedupeByTopic, Window: time.Hour,
		Handshakes: []provider.Handshake{{
			Name: "ping", When: []provider.Match{
				{At: provider.Header("Content-Type"), Equals: "application/x-www-form-urlencoded"},
				{At: provider.Form("webhook_id")},
			},
		}},
	}
}
