package all

import (
	"context"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// persona signs timestamp and body. While a secret is being replaced the header carries two sets of t and v1 with a space
// between them, each complete in itself.
//
// How old a request may be is not said; the usual five minutes are taken. That data.id is the event's id and not its
// object's is concluded from the JSON:API form that Persona names; not checked.
func persona() provider.Provider {
	return provider.Provider{
		Name: "persona", Title: "Persona",
		Pages: []provider.Page{
			{Title: "Webhook Best Practices", URL: "https://docs.withpersona.com/docs/webhooks-best-practices"},
			{Title: "Webhooks", URL: "https://docs.withpersona.com/docs/webhooks"},
			{Title: "Quickstart: Webhooks", URL: "https://docs.withpersona.com/quickstart-webhooks"},
		},
		Note:   "Persona wants 200 and nothing else. The time is read with the key inflection that Persona starts with (created-at).",
		Secret: provider.Field{Name: "Webhook secret", Hint: "in the dashboard under Webhooks; all of it is the key"},
		Scheme: personaSets{provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header(personaHeader), Layout: provider.Pairs(",", "v1", "t"),
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		}},
		ID:           provider.JSONPath("data.id"),
		Type:         provider.JSONPath("data.attributes.name"),
		Time:         provider.Moment{From: provider.JSONPath("data.attributes.created-at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

const personaHeader = "Persona-Signature"

// personaSets is an HMAC whose header holds one or more complete sets.
type personaSets struct{ provider.HMAC }

// Verify implements Scheme. It returns the refusal of the first set.
func (s personaSets) Verify(ctx context.Context, c *provider.Check) (provider.Proof, error) {
	const most = 4 // two while a secret is being replaced
	value, err := s.Signature.Read(c)
	if err != nil {
		return provider.Proof{}, err
	}
	sets := strings.Fields(strings.ReplaceAll(value, ", ", ","))
	if len(sets) > most {
		return provider.Proof{}, provider.Refuse(provider.TooMany, s.Signature.String())
	}
	refusal := provider.Refuse(provider.Malformed, s.Signature.String())
	for i, set := range sets {
		proof, err := s.HMAC.Verify(ctx, withHeader(c, personaHeader, set))
		if err == nil {
			return proof, nil
		}
		if i == 0 {
			refusal = err
		}
	}
	return provider.Proof{}, refusal
}

// withHeader returns the check with another value in one header.
func withHeader(c *provider.Check, name, value string) *provider.Check {
	changed := *c
	changed.Request.Header = c.Request.Header.Clone()
	changed.Request.Header.Set(name, value)
	return &changed
}
