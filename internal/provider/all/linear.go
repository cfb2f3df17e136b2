package all

import (
	"context"
	"encoding/json"
	"time"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/provider"
)

// linear signs the body, in which webhookTimestamp says when it was sent; Linear's own library allows a minute. The
// timestamp changes with every attempt and Linear-Delivery is not signed, so the change itself tells a repetition:
// what was done to which object, and when.
//
// Not checked: whether createdAt is the same in every attempt. Events without data.id, such as those of agent sessions,
// are recognised by their body, which is not the same in every attempt.
func linear() provider.Provider {
	return provider.Provider{
		Name: "linear", Title: "Linear",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://linear.app/developers/webhooks"},
			{Title: "SDK webhooks", URL: "https://linear.app/docs/api/sdk-webhooks"},
			{Title: "linear/linear, packages/sdk/src/webhooks", URL: "https://github.com/linear/linear"},
		},
		Secret: provider.Field{Name: "Signing secret", Hint: "on the webhook's page under Settings, API"},
		Scheme: linearScheme{provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("Linear-Signature"),
			Stamp: provider.Stamp{From: provider.JSONPath("webhookTimestamp"), Unit: provider.Milliseconds, Tolerance: time.Minute},
		}},
		ID: provider.Joined(" ",
			provider.JSONPath("type"), provider.JSONPath("action"), provider.JSONPath("data.id"), provider.JSONPath("createdAt"),
		),
		Type:         provider.Joined(".", provider.JSONPath("type"), provider.JSONPath("action")),
		Time:         provider.Moment{From: provider.JSONPath("createdAt"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

// linearScheme takes JSON only. Paths are read from anything that looks like it, and the time must not be one that a
// strict reader of the same body would not find.
type linearScheme struct{ provider.HMAC }

// Verify implements provider.Scheme.
func (s linearScheme) Verify(ctx context.Context, c *provider.Check) (provider.Proof, error) {
	proof, err := s.HMAC.Verify(ctx, c)
	if err != nil {
		return provider.Proof{}, err
	}
	if !json.Valid(bodypath.WithoutBOM(c.Request.Body)) {
		return provider.Proof{}, provider.Refuse(provider.Malformed, "body")
	}
	return proof, nil
}
