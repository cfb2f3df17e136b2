package all

import (
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

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
		Options: []provider.Option{
			{Name: tailscaleTolerance, Meaning: "How many seconds old a request may be, at most a day; 0 is the default.", Default: "300"},
		},
		Choose: tailscaleScheme,
		Type:   provider.JSONPath("0.type"),
		Time:   provider.Moment{From: provider.JSONPath("0.timestamp"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByBody,
	}
}

const tailscaleTolerance = "tolerance_seconds"

func tailscaleScheme(o provider.Options) (provider.Scheme, error) {
	const most = 24 * 60 * 60
	seconds, err := strconv.Atoi(o[tailscaleTolerance])
	if err != nil || seconds < 0 || seconds > most {
		return nil, provider.BadChoice(tailscaleTolerance, "Use 0 to 86400 seconds.")
	}
	return provider.HMAC{
		Hash: provider.SHA256, Signature: provider.Header("Tailscale-Webhook-Signature"), Layout: provider.Pairs(",", "v1", "t"),
		Stamp:  provider.Stamp{Tolerance: time.Duration(seconds) * time.Second},
		Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
	}, nil
}
