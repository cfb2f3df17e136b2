package all

import "github.com/posthorn/posthorn/internal/provider"

// mollie is Mollie's next-gen webhooks, which are signed. For a day after the secret is replaced, a request carries
// two headers of the same name, one for each secret.
func mollie() provider.Provider {
	return provider.Provider{
		Name: "mollie", Title: "Mollie",
		Pages: []provider.Page{
			{Title: "Next-gen webhooks", URL: "https://docs.mollie.com/reference/webhooks-new"},
			{Title: "Webhooks: Best practices", URL: "https://docs.mollie.com/reference/best-practices"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "of the webhook subscription"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Mollie-Signature"), Prefix: "sha256=",
			Layout: provider.Layout{Between: ",", Lines: true},
		},
		ID:   provider.JSONPath("id"),
		Type: provider.JSONPath("type"),
		Time: provider.Moment{From: provider.JSONPath("createdAt"), Unit: provider.RFC3339},
	}
}

// mollieClassic is the webhookUrl of a single payment. It is not signed and says nothing but an id, the same one for
// every change of that payment, so no repetition can be told from a change.
func mollieClassic() provider.Provider {
	return provider.Provider{
		Name: "mollie-classic", Title: "Mollie (classic)",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.mollie.com/reference/webhooks"},
		},
		Note: "Nothing proves who sends: fetch the resource from Mollie by its id and believe only that. " +
			"Answering 200 to ids you do not know tells a stranger nothing.",
		Scheme:       provider.Nothing{},
		ID:           provider.Form("id"),
		Dedupe:       provider.DedupeOff,
		ContentTypes: []string{"application/x-www-form-urlencoded"},
	}
}
