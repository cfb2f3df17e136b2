package all

import (
	"strconv"

	"github.com/posthorn/posthorn/internal/provider"
)

// docusign signs the body once with every key of the account and numbers the headers; one match is enough. The first
// ten are looked at, of up to a hundred. JSON messages count their attempts inside the body, so event, envelope and
// time make the id; messages in XML have none that is read here and are recognised by their body.
//
// Not checked: whether generatedDateTime stays the same from one attempt to the next.
func docusign() provider.Provider {
	return provider.Provider{
		Name: "docusign", Title: "Docusign Connect",
		Pages: []provider.Page{
			{Title: "How to validate an HMAC signature", URL: "https://developers.docusign.com/platform/webhooks/connect/validate"},
			{Title: "How to set up HMAC security with your app", URL: "https://developers.docusign.com/platform/webhooks/connect/setting-up-hmac"},
			{
				Title: "Manually authenticating HMAC signatures for Docusign Connect webhook configurations",
				URL:   "https://www.docusign.com/blog/developers/manually-authenticating-hmac-signatures-docusign-connect-webhook-configurations",
			},
			{Title: "Connect webhooks with JSON notifications", URL: "https://www.docusign.com/blog/developers/connect-webhooks-json-notifications"},
		},
		Note:   "Switch on HMAC for the configuration. Docusign waits for a 200.",
		Secret: provider.Field{Name: "Connect HMAC key", Hint: "shown once when it is added; base64, which is used as it stands, the equals sign at its end included"},
		Scheme: docusignScheme(),
		ID: provider.Joined(" ",
			provider.JSONPath("event"), provider.JSONPath("data.envelopeId"), provider.Optional(provider.JSONPath("data.recipientId")),
			provider.JSONPath("generatedDateTime"),
		),
		Type: provider.JSONPath("event"),
		Time: provider.Moment{From: provider.JSONPath("generatedDateTime"), Unit: provider.RFC3339},
	}
}

func docusignScheme() provider.AnyOf {
	const most = 10
	var schemes provider.AnyOf
	for n := 1; n <= most; n++ {
		schemes = append(schemes, provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-DocuSign-Signature-" + strconv.Itoa(n)), Encoding: provider.Base64,
		})
	}
	return schemes
}
