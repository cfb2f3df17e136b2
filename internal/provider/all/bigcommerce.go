package all

import "github.com/posthorn/posthorn/internal/provider"

// bigcommerce lets one set own headers on a webhook; a secret in one of them is the proof that its documentation
// describes. The hash in the body is a plain SHA-1 of the payload, the same for a repetition, and proves nothing.
//
// The other way, a signature as in Standard Webhooks under the app's client secret, is what published libraries for
// BigCommerce check; that the bytes of the client secret are the key, without decoding, is not checked.
func bigcommerce() provider.Provider {
	return provider.Provider{
		Name: "bigcommerce", Title: "BigCommerce",
		Pages: []provider.Page{
			{Title: "HTTPS Webhooks Overview", URL: "https://developer-beta.bigcommerce.com/docs/integrations/webhooks/http"},
		},
		Note:   "A webhook says only which object changed; fetch it from the store's API.",
		Secret: provider.Field{Name: "Header value or client secret", Hint: "what you set in the webhook's headers, or the app's client secret"},
		Options: []provider.Option{
			{Name: "scheme", Meaning: "How requests are verified.", Default: "header", Values: []string{"header", "signature"}},
			{Name: "header", Meaning: "The header that carries the secret.", Default: "X-Webhook-Token"},
		},
		Choose: bigcommerceScheme,
		ID:     provider.JSONPath("hash"),
		Type:   provider.JSONPath("scope"),
		Time:   provider.Moment{From: provider.JSONPath("created_at")},
	}
}

func bigcommerceScheme(o provider.Options) (provider.Scheme, error) {
	dot := provider.Literal(".")
	switch {
	case o["scheme"] == "header" && o["header"] != "":
		return provider.Token{From: provider.Header(o["header"])}, nil
	case o["scheme"] == "signature":
		return provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Webhook-Signature"), Encoding: provider.Base64,
			Layout: provider.List(" "), Prefix: "v1,",
			Stamp:  provider.Stamp{From: provider.Header("Webhook-Timestamp")},
			Signed: []provider.Piece{provider.Header("Webhook-Id"), dot, provider.Timestamp(), dot, provider.Body()},
		}, nil
	}
	return nil, provider.Refuse(provider.BadOption, "option scheme or header")
}
