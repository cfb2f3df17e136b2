package all

import "github.com/posthorn/posthorn/internal/provider"

// netlify signs with a token of two claims: who, and the SHA-256 of the body. It has no time. The body is the deploy as
// it stands; its id is the deploy's, which is sent for every event, so a repetition is recognised by its body.
//
// The header X-Netlify-Event is taken from receivers in public use; not checked against Netlify's page.
func netlify() provider.Provider {
	return provider.Provider{
		Name: "netlify", Title: "Netlify",
		Pages: []provider.Page{
			{Title: "Deploy notifications", URL: "https://docs.netlify.com/site-deploys/deploy-notifications/"},
			{Title: "Payload signature", URL: "https://docs.netlify.com/site-deploys/notifications/#payload-signature"},
		},
		Note:   "Fill in the JWS secret token of the notification; without it Netlify signs nothing.",
		Secret: provider.Field{Name: "JWS secret token", Hint: "as entered with the HTTP POST request notification"},
		Scheme: provider.JWT{
			From: provider.Header("X-Webhook-Signature"), Algorithms: []string{"HS256"}, Issuer: provider.Literal("netlify"),
			BodyHash: provider.BodyHash{Claim: "sha256", Hash: provider.SHA256},
		},
		Type:   provider.FirstOf(provider.Header("X-Netlify-Event"), provider.JSONPath("state")),
		Time:   provider.Moment{From: provider.JSONPath("updated_at"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
