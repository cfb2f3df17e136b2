package all

import "github.com/posthorn/posthorn/internal/provider"

// orum signs the body followed by the created_at that stands in it, with a private key of the account. It is the time of the
// event, not of the sending, so age decides nothing; the whole body is signed and tells a repetition.
//
// The names of the other fields are not on the page; event_type and type are tried.
func orum() provider.Provider {
	return provider.Provider{
		Name: "orum-io", Title: "Orum",
		Pages:  []provider.Page{{Title: "Secure webhooks", URL: "https://docs.orum.io/api-reference/webhooks/secure-webhooks"}},
		Secret: provider.Field{Name: "Public key", Hint: "in the answer to GET /webhooks/secret; PEM", Open: true},
		Scheme: provider.Public{
			Algorithm: provider.RSASHA256, Signature: provider.Header("Signature"), Encoding: provider.Base64,
			Signed: []provider.Piece{provider.Body(), provider.JSONPath("created_at")},
		},
		Type:   provider.FirstOf(provider.JSONPath("event_type"), provider.JSONPath("type")),
		Time:   provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}
