package all

import "github.com/posthorn/posthorn/internal/provider"

// razorpay signs the body. X-Razorpay-Event-Id is not signed, so a repetition is recognised by its body.
func razorpay() provider.Provider {
	return provider.Provider{
		Name: "razorpay", Title: "Razorpay",
		Pages: []provider.Page{
			{Title: "Validate and test webhooks", URL: "https://razorpay.com/docs/webhooks/validate-test/"},
		},
		Secret: provider.Field{Name: "Webhook secret", Hint: "the text you enter when you set up the webhook; not the API secret"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Razorpay-Signature")},
		ID:     provider.Header("X-Razorpay-Event-Id"),
		Type:   provider.JSONPath("event"),
		Time:   provider.Moment{From: provider.JSONPath("created_at")},
		Dedupe: provider.DedupeByBody,
	}
}
