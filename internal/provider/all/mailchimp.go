package all

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// mailchimp is two products. Audience webhooks are not signed: the guide proposes a URL that nobody can guess, and the
// secret is a parameter of it. Transactional (Mandrill) webhooks are signed with HMAC-SHA1 over the URL, exactly as it
// was entered, and the form's fields sorted by name.
//
// Neither has an id for a request, so the digest of the sorted fields tells a repetition; the body would not do, because
// a form has several spellings under one signature. What happens to a repeated field is not said; none is sent.
func mailchimp() provider.Provider {
	return provider.Provider{
		Name: "mailchimp", Title: "Mailchimp",
		Pages: []provider.Page{
			{Title: "Synchronize Audience Data with Webhooks", URL: "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/"},
			{Title: "How to Authenticate Webhook Requests", URL: "https://mandrill.zendesk.com/hc/en-us/articles/360039232513-How-to-Authenticate-Webhook-Requests"},
			{
				Title: "Why can't my webhook or inbound route URL be verified?",
				URL:   "https://mandrill.zendesk.com/hc/en-us/articles/360038740014-Why-can-t-my-webhook-or-inbound-route-URL-be-verified",
			},
		},
		Note: "For an audience, add ?key=<a long random text> to the source's URL and paste that text as the secret. " +
			"For Transactional, enter the source's public URL exactly.",
		Secret: provider.Field{Name: "Key", Hint: "the text after key= in the URL, or the webhook's authentication key in Transactional"},
		Options: []provider.Option{{
			Name: "product", Meaning: "Which product sends.", Default: "audience", Values: []string{"audience", "transactional"},
		}},
		Choose: mailchimpScheme,
		ID:     mailchimpDigest(),
		Type:   provider.FirstOf(provider.Form("type"), mandrillEvent()),
		Time:   provider.Moment{From: provider.Form("fired_at"), Layout: "2006-01-02 15:04:05"},
		Handshakes: []provider.Handshake{
			{Name: "validator", Method: http.MethodGet},
			{Name: "check of the URL", Method: http.MethodHead},
		},
		ContentTypes: []string{"application/x-www-form-urlencoded"},
	}
}

func mailchimpScheme(o provider.Options) (provider.Scheme, error) {
	switch o["product"] {
	case "audience":
		return provider.Token{From: provider.Query("key")}, nil
	case "transactional":
		return provider.HMAC{
			Hash: provider.SHA1, Signature: provider.Header("X-Mandrill-Signature"), Encoding: provider.Base64,
			Signed: []provider.Piece{provider.Computed("the public URL, then the form fields sorted by name", mandrillText, provider.Address(), provider.Body())},
		}, nil
	}
	return nil, provider.Refuse(provider.BadOption, "option product")
}

// mailchimpDigest is the digest of the form's fields, sorted by name.
func mailchimpDigest() provider.Piece {
	return provider.Computed("SHA-256 of the form fields sorted by name", func(c *provider.Check) (string, error) {
		fields, err := twilioFields(&c.Request)
		sum := sha256.Sum256([]byte(fields))
		return hex.EncodeToString(sum[:]), err
	}, provider.Body())
}

// mandrillText is what is signed; the fields are written as Twilio writes them.
func mandrillText(c *provider.Check) (string, error) {
	fields, err := twilioFields(&c.Request)
	return c.Request.URL() + fields, err
}

// mandrillEvent is the kind of the first event of a list, which is the JSON text of a field.
func mandrillEvent() provider.Piece {
	return provider.JSONIn(provider.Form("mandrill_events"), "0.event")
}
