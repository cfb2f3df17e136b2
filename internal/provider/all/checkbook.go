package all

import (
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

const checkbookHeader = "Signature"

// checkbook signs the body followed by a nonce, which stands beside the signature and is no time. The id in a body is that of
// the payment or account, the same in every change of it, so a repetition is recognised by its body.
func checkbook() provider.Provider {
	return provider.Provider{
		Name: "checkbook", Title: "Checkbook",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.checkbook.io/docs/api/webhooks"},
			{Title: "Webhooks: Signature", URL: "https://docs.checkbook.io/docs/webhooks"},
		},
		Secret: provider.Field{Name: "Webhooks key", Hint: "in the developer settings; sandbox and production have different ones"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header(checkbookHeader),
			Layout: provider.Layout{Between: ",", Assign: "=", Name: "signature"},
			Signed: []provider.Piece{bodyUnless(endsInDigit), checkbookNonce()},
		},
		Type: provider.FirstOf(
			provider.Joined(".", provider.JSONPath("type"), provider.JSONPath("status")), provider.JSONPath("type"),
		),
		Dedupe: provider.DedupeByBody, ContentTypes: []string{"application/json"},
	}
}

// endsInDigit reports whether a part of the nonce could have been moved behind the body: nothing separates the two.
func endsInDigit(body []byte) bool {
	return len(body) > 0 && body[len(body)-1] >= '0' && body[len(body)-1] <= '9'
}

// checkbookNonce is the entry nonce of the header. It is digits: anything else could be a part of the body.
func checkbookNonce() provider.Piece {
	where := "nonce in header " + checkbookHeader
	return provider.Computed(where, func(c *provider.Check) (string, error) {
		value, err := provider.Header(checkbookHeader).Read(c)
		if err != nil {
			return "", err
		}
		_, rest, found := strings.Cut(value, "nonce=")
		nonce, _, _ := strings.Cut(rest, ",")
		nonce = strings.TrimSpace(nonce)
		if !found || nonce == "" || strings.Trim(nonce, "0123456789") != "" || strings.Count(value, "nonce=") > 1 {
			return "", provider.Refuse(provider.Malformed, where)
		}
		return nonce, nil
	})
}
