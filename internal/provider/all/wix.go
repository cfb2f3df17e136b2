package all

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/provider"
)

// wix sends a body that is a JWT, signed with a key of which every app has the public half. Its claim data is JSON
// written as text, in which data is JSON written as text again; id, type and time are read from there.
func wix() provider.Provider {
	return provider.Provider{
		Name: "wix", Title: "Wix",
		Pages: []provider.Page{
			{Title: "About Webhooks", URL: "https://dev.wix.com/docs/rest/articles/getting-started/webhooks"},
			{Title: "Webhook Structure", URL: "https://dev.wix.com/docs/rest/articles/get-started/webhook-structure"},
			{Title: "Verify Requests Received from Wix", URL: "https://dev.wix.com/docs/build-apps/build-your-app/authentication/verify-wix-requests"},
		},
		Secret: provider.Field{Name: "Public key", Hint: "Get Public Key on the app's Webhooks page; PEM", Open: true},
		Scheme: provider.JWT{From: provider.Body(), Algorithms: []string{"RS256"}, Expires: true},
		ID:     wixClaim("id of the event in the token", "data.data.id"),
		Type:   wixClaim("eventType in the token", "data.eventType"),
		Time:   provider.Moment{From: wixClaim("eventTime in the token", "data.data.eventTime"), Unit: provider.RFC3339},
	}
}

// wixClaim reads a claim of the body. Every step of the path may be JSON written as text.
func wixClaim(name, path string) provider.Piece {
	return provider.Computed(name, func(c *provider.Check) (string, error) {
		parts := strings.Split(string(c.Request.Body), ".")
		if len(parts) != 3 {
			return "", provider.Refuse(provider.Malformed, name)
		}
		found := gjson.ParseBytes(provider.Base64URL.Decode(parts[1]))
		for step := range strings.SplitSeq(path, ".") {
			if found.Type == gjson.String {
				found = gjson.Parse(found.String())
			}
			found = found.Get(step)
		}
		if found.String() == "" {
			return "", provider.Refuse(provider.Missing, name)
		}
		return found.String(), nil
	}, provider.Body())
}
