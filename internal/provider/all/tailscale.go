package all

import "github.com/posthorn/posthorn/internal/provider"

// tailscale signs timestamp and body. A request carries a list of events without ids, so a repetition is recognised by
// its body.
func tailscale() provider.Provider {
	return provider.Provider{
		Name: "tailscale", Title: "Tailscale",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://tailscale.com/kb/1213/webhooks"},
			{Title: "docs/webhooks/example.go", URL: "https://github.com/tailscale/tailscale/blob/main/docs/webhooks/example.go"},
		},
		Note:   "Choose no destination format: those for Slack, Discord and others are not Tailscale's own events. Test events come from the endpoint's menu.",
		Secret: provider.Field{Name: "Webhook secret", Hint: "tskey-webhook-..., shown once when the endpoint is added; all of it is the key"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Tailscale-Webhook-Signature"), Layout: provider.Pairs(",", "v1", "t"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		Type:   provider.JSONPath("0.type"),
		Time:   provider.Moment{From: provider.JSONPath("0.timestamp"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByBody,
	}
}
