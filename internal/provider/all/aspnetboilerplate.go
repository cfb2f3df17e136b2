package all

import "github.com/posthorn/posthorn/internal/provider"

// aspNetBoilerplate is every application that is built on ASP.NET Boilerplate and sends webhooks with its webhook system.
// The body is signed, with the secret as text, its "whs_" included. The page's comment shows a secret where the
// signature stands; what is sent is the hash. Attempt and CreationTimeUtc are other ones each time it tries, the Id stays.
// Applications that send exactly their own data have neither id nor type in the body.
func aspNetBoilerplate() provider.Provider {
	return provider.Provider{
		Name: "aspnet-boilerplate", Title: "ASP.NET Boilerplate",
		Pages: []provider.Page{
			{Title: "Webhook System", URL: "https://aspnetboilerplate.com/Pages/Documents/Webhook-System"},
		},
		Secret: provider.Field{Name: "Secret", Hint: "of the webhook subscription, whs_ included"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("abp-webhook-signature"), Prefix: "sha256=", Encoding: provider.DashedHex,
		},
		ID:           provider.FirstOf(provider.JSONPath("Id"), provider.JSONPath("id")),
		Type:         provider.FirstOf(provider.JSONPath("WebhookEvent"), provider.JSONPath("webhookEvent"), provider.JSONPath("Event")),
		ContentTypes: []string{"application/json"},
	}
}
