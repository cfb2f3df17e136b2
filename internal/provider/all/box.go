package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// box signs the body followed by the timestamp, with a primary and a secondary key, each in its own header; either
// will do, which is how keys are replaced. The id in the body stays the same from one attempt to the next, the one in
// the header does not. Ten minutes are the age that Box's own libraries allow.
func box() provider.Provider {
	return provider.Provider{
		Name: "box", Title: "Box",
		Pages: []provider.Page{
			{Title: "Signature Verification", URL: "https://developer.box.com/guides/webhooks/v2/signatures-v2/"},
			{Title: "V2 Webhooks", URL: "https://developer.box.com/guides/webhooks/v2/"},
			{Title: "Webhook (V2) payload", URL: "https://developer.box.com/reference/resources/webhook-invocation/"},
			{Title: "box-node-sdk, Webhooks", URL: "https://github.com/box/box-node-sdk"},
		},
		Secret:       provider.Field{Name: "Primary or secondary signature key", Hint: "of the app, in the developer console under Webhooks, Manage signature keys"},
		Scheme:       provider.AnyOf{boxScheme("BOX-SIGNATURE-PRIMARY"), boxScheme("BOX-SIGNATURE-SECONDARY")},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("trigger"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

func boxScheme(header string) provider.Scheme {
	return provider.HMAC{
		Hash: provider.SHA256, Signature: provider.Header(header), Encoding: provider.Base64,
		Stamp:  provider.Stamp{From: provider.Header("BOX-DELIVERY-TIMESTAMP"), Unit: provider.RFC3339, Tolerance: 10 * time.Minute},
		Signed: []provider.Piece{provider.Body(), provider.Timestamp()},
	}
}
