package all

import "github.com/posthorn/posthorn/internal/provider"

// woocommerce signs the body. When a webhook is saved, WooCommerce sends a form with nothing but webhook_id, unsigned,
// and wants a 200. Topic and delivery id are not signed; the delivery id is another one in every attempt anyway.
//
// That the ping is unsigned is from memory of WC_Webhook::deliver_ping; not checked.
func woocommerce() provider.Provider {
	return provider.Provider{
		Name: "woocommerce", Title: "WooCommerce",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/"},
		},
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-WC-Webhook-Signature"), Encoding: provider.Base64,
		},
		ID:     provider.Header("X-WC-Webhook-Delivery-ID"),
		Type:   provider.Header("X-WC-Webhook-Topic"),
		Dedupe: provider.DedupeByTopic,
		Handshakes: []provider.Handshake{{
			Name: "ping", When: []provider.Match{
				{At: provider.Header("Content-Type"), Equals: "application/x-www-form-urlencoded"},
				{At: provider.Form("webhook_id")},
			},
		}},
	}
}
