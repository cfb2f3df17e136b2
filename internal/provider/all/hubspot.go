package all

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// hubspot has three generations of signatures and sends an old one beside the new one, so which of them is expected is
// set on the source. v1 and v2 are plain hashes of the secret and the text, and know no time: a request can be sent
// again for ever. v3 is the default.
//
// Cards and workflow actions come with the method that their owner chose, by GET without a body. v2 and v3 sign the
// method and the address, so that is enough. v1 signs the body alone: without one, its hash would be the same for every
// request, so an empty body is refused.
//
// A webhook is a list of up to a hundred events; attemptNumber changes from one attempt to the next, so the ids of
// all its events together tell a repetition.
func hubspot() provider.Provider {
	return provider.Provider{
		Name: "hubspot", Title: "HubSpot",
		Pages: []provider.Page{
			{Title: "Validating requests", URL: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests"},
			{Title: "Introducing version 3 of webhook signatures", URL: "https://developers.hubspot.com/changelog/introducing-version-3-of-webhook-signatures"},
			{Title: "Validating the v1 request signature", URL: "https://legacydocs.hubspot.com/docs/faq/v1-request-validation"},
			{Title: "Validating the v2 request signature", URL: "https://legacydocs.hubspot.com/docs/faq/v2-request-validation"},
		},
		Note: "The target URL entered at HubSpot must be the source's public URL exactly: v2 and v3 sign it. " +
			"In v2, two requests by GET to one address, query included, are one event: nothing that is signed tells them apart.",
		Secret: provider.Field{Name: "Client secret", Hint: "of the app, on its Auth page"},
		Options: []provider.Option{{
			Name: "version", Meaning: "Which generation of signatures is expected.", Default: "v3", Values: []string{"v3", "v2", "v1"},
		}},
		Choose: provider.OneOf("version", hubspotSchemes()),
		ID: provider.FirstOf(
			provider.Joined(" ", each("#.eventId"), each("#.subscriptionId"), each("#.occurredAt")), hubspotRequest(),
		),
		Type:         provider.JSONPath("0.subscriptionType"),
		Time:         provider.Moment{From: provider.JSONPath("0.occurredAt"), Unit: provider.Milliseconds},
		Methods:      []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete},
		ContentTypes: []string{"application/json"},
	}
}

func hubspotSchemes() map[string]provider.Scheme {
	return map[string]provider.Scheme{
		"v3": provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-HubSpot-Signature-v3"), Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("X-HubSpot-Request-Timestamp"), Unit: provider.Milliseconds},
			Signed: []provider.Piece{provider.Method(), hubspotAddress(), provider.Body(), provider.Timestamp()},
		},
		"v2": provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-HubSpot-Signature"), Plain: true,
			Signed: []provider.Piece{provider.Method(), provider.Address(), provider.Body()},
		},
		"v1": provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-HubSpot-Signature"), Plain: true,
			Signed: []provider.Piece{bodyUnless(func(body []byte) bool { return len(body) == 0 })},
		},
	}
}

// hubspotRequest tells requests without a body apart by what is signed: method, address and, in v3, the time. In v2 a
// second request to the same address is a repetition of the first.
func hubspotRequest() provider.Piece {
	name := "SHA-256 of method, url and, in v3, timestamp, where there is no body"
	at := provider.Header("X-HubSpot-Request-Timestamp")
	return provider.Computed(name, func(c *provider.Check) (string, error) {
		if len(c.Request.Body) > 0 {
			return "", provider.Refuse(provider.Missing, name)
		}
		signed := c.Request.Method + c.Request.URL()
		if c.Option("version") == "v3" {
			stamp, err := at.Read(c)
			if err != nil {
				return "", err
			}
			signed += stamp
		}
		sum := sha256.Sum256([]byte(signed))
		return hex.EncodeToString(sum[:]), nil
	}, provider.Method(), provider.Address())
}

// hubspotAddress is the address with a dozen escapes undone; that it is decoded is what the pages say, which escapes
// are meant is from memory of the table on "Validating requests"; not checked.
func hubspotAddress() provider.Piece {
	undo := strings.NewReplacer(
		"%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%21", "!", "%24", "$", "%27", "'", "%28", "(", "%29", ")",
		"%2A", "*", "%2C", ",", "%3B", ";",
		"%3a", ":", "%2f", "/", "%3f", "?", "%2a", "*", "%2c", ",", "%3b", ";",
	)
	return provider.Computed("url, decoded", func(c *provider.Check) (string, error) {
		return undo.Replace(c.Request.URL()), nil
	}, provider.Address())
}
