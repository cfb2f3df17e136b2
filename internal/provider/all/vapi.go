package all

import "github.com/posthorn/posthorn/internal/provider"

// vapi proves itself by what its user has set up: the older secret of a server, which comes along in a header, or a
// credential, which is a bearer token or an HMAC. The HMAC's header and text are chosen there; those of the note are expected.
//
// The name of the header with the older secret is from receivers in public use; not checked against the page.
func vapi() provider.Provider {
	return provider.Provider{
		Name: "vapi", Title: "Vapi",
		Pages: []provider.Page{
			{Title: "Server authentication", URL: "https://docs.vapi.ai/server-url/server-authentication"},
		},
		Note: "For scheme hmac, set the credential's algorithm to SHA256, its signature header to x-vapi-signature and its payload format to the body alone. " +
			"Messages that want an answer from your program, such as assistant-request and tool-calls, cannot be answered by a source.",
		Secret: provider.Field{Name: "Server secret, token or secret key", Hint: "as set up at Vapi"},
		Options: []provider.Option{{
			Name: "scheme", Meaning: "What the server is set up with.", Default: "secret", Values: []string{"secret", "bearer", "hmac"},
		}},
		Choose: provider.OneOf("scheme", map[string]provider.Scheme{
			"secret": provider.Token{From: provider.Header("X-Vapi-Secret")},
			"bearer": provider.Token{From: provider.Header("Authorization"), Prefix: "Bearer "},
			"hmac":   provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Vapi-Signature")},
		}),
		Type:         provider.JSONPath("message.type"),
		Time:         provider.Moment{From: provider.JSONPath("message.timestamp"), Unit: provider.Milliseconds},
		ContentTypes: []string{"application/json"},
	}
}
