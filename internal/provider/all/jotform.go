package all

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/posthorn/posthorn/internal/provider"
)

// jotform posts every submission as a form and signs nothing, as far as any page says; the secret is a parameter of the
// URL. The answers are JSON in one field, rawRequest; its digest is part of the id, so that an edited submission is not
// taken for a repetition, and a multipart body with another boundary is.
//
// Not checked against Jotform's own pages, which the stored copies do not have: the fields are those that the
// AsyncAPI description of its webhooks takes from them.
func jotform() provider.Provider {
	return provider.Provider{
		Name: "jotform", Title: "Jotform",
		Pages: []provider.Page{
			{Title: "How to Setup a Webhook with Jotform", URL: "https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/"},
			{Title: "Jotform Webhooks AsyncAPI", URL: "https://asyncapi.apis.io/asyncapis/jotform/jotform-asyncapi/"},
		},
		Note:         "Add ?key=<a long random text> to the source's URL and paste that text as the secret.",
		Secret:       provider.Field{Name: "Key", Hint: "the text after key= in the webhook URL"},
		Scheme:       provider.Token{From: provider.Query("key")},
		ID:           provider.Joined(":", provider.Form("submissionID"), jotformAnswers()),
		Type:         provider.Literal("submission"),
		ContentTypes: []string{"multipart/form-data", "application/x-www-form-urlencoded"},
	}
}

func jotformAnswers() provider.Piece {
	answers := provider.Form("rawRequest")
	return provider.Computed("SHA-256 of rawRequest", func(c *provider.Check) (string, error) {
		text, err := answers.Read(c)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:]), nil
	}, answers)
}
