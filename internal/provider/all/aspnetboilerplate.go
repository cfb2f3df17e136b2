package all

import "github.com/posthorn/posthorn/internal/provider"

// aspNetBoilerplate is every application that is built on ASP.NET Boilerplate and sends webhooks with its webhook system.
// The body is signed, with the secret as text, its "whs_" included. The page's comment shows a secret where the
// signature stands; what is sent is the hash. Attempt and CreationTimeUtc are other ones each time it tries, the Id stays.
// Applications that send exactly their own data have neither id nor type in the body; an id in it is that of some order or
// user, the same in every webhook about it. So an id counts only within the envelope, which has Attempt and the event's name;
// that is called WebhookEvent in some releases and Event in others (class WebhookPayload).
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
		ID:           abpEventID(),
		Type:         abpEvent(),
		ContentTypes: []string{"application/json"},
	}
}

func abpEvent() provider.Piece {
	return provider.FirstOf(provider.JSONPath("WebhookEvent"), provider.JSONPath("webhookEvent"), provider.JSONPath("Event"), provider.JSONPath("event"))
}

// abpEventID is the id in the envelope, whose names begin with a capital or not as the application writes its JSON.
func abpEventID() provider.Piece {
	ids := provider.FirstOf(provider.JSONPath("Id"), provider.JSONPath("id"))
	envelope := []provider.Piece{abpEvent(), provider.FirstOf(provider.JSONPath("Attempt"), provider.JSONPath("attempt"))}
	return provider.Computed(ids.String()+", or none without an event and Attempt", func(c *provider.Check) (string, error) {
		for _, piece := range envelope {
			if _, err := piece.Read(c); err != nil {
				return "", err
			}
		}
		return ids.Read(c)
	}, append(envelope, ids)...)
}
