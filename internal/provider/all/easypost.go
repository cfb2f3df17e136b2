package all

import (
	"net/url"

	"github.com/posthorn/posthorn/internal/provider"
)

// easyPost signs the body and, in a second version of the signature, the time, the method, the path and the body. Requests
// may carry both, so which of them is expected is set on the source: a request that could choose would choose the weaker.
//
// The headers of the second version are as on the support page; that its text is made of these four, without anything
// between them, is from receivers in public use. Not checked: that every attempt has a time of its own.
func easyPost() provider.Provider {
	return provider.Provider{
		Name: "easypost", Title: "EasyPost",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.easypost.com/docs/webhooks"},
			{Title: "Webhook HMAC Validation", URL: "https://support.easypost.com/hc/en-us/articles/39826034964237-Webhook-HMAC-Validation"},
		},
		Note: "Give the webhook a webhook_secret: without one EasyPost signs nothing. Use ASCII letters for it: others are normalized before they sign. " +
			"Prefer v2, which has a signed time, where X-Hmac-Signature-V2 arrives.",
		Secret: provider.Field{Name: "webhook_secret", Hint: "the text that you gave the webhook"},
		Options: []provider.Option{{
			Name: "version", Meaning: "Which signature is expected.", Default: "v1", Values: []string{"v1", "v2"},
		}},
		Choose: provider.OneOf("version", map[string]provider.Scheme{
			"v1": provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Hmac-Signature"), Prefix: "hmac-sha256-hex="},
			"v2": provider.HMAC{
				Hash: provider.SHA256, Signature: provider.Header("X-Hmac-Signature-V2"), Prefix: "hmac-sha256-hex=",
				Stamp:  provider.Stamp{From: provider.Header("X-Timestamp"), Unit: provider.RFC2822},
				Signed: []provider.Piece{provider.Timestamp(), provider.Method(), easyPostPath(), provider.Body()},
			},
		}),
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("description"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

// easyPostPath is the path in its header, which must be that of the source's address: nothing separates it from the body,
// so a part of the body could be moved into it.
func easyPostPath() provider.Piece {
	at := provider.Header("X-Path")
	return provider.Computed("path", func(c *provider.Check) (string, error) {
		path, err := at.Read(c)
		if err != nil {
			return "", err
		}
		own, err := url.Parse(c.Request.URL())
		if err != nil || path != own.EscapedPath() && path != own.RequestURI() {
			return "", provider.Refuse(provider.Malformed, at.String())
		}
		return path, nil
	})
}
