package all

import "github.com/posthorn/posthorn/internal/provider"

// notion tells the secret itself: the first request to a new subscription carries a verification_token, unsigned. It
// is the key of all signatures from then on, and its owner has to paste it at Notion to confirm the subscription. Once
// a source has one, no other is taken. The body counts attempts, so the id in it tells a repetition.
//
// The fields of an event (id, type, timestamp, attempt_number) are from memory of the page, of which the stored copy
// has only the beginning; not checked.
func notion() provider.Provider {
	return provider.Provider{
		Name: "notion", Title: "Notion",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developers.notion.com/reference/webhooks"},
		},
		Note: "Create the source without a secret and then the subscription at Notion: the source learns the verification token. " +
			"For an hour its answer at GET /ingest/api/v1/source/{id} has it as learnedSecret; paste that at Notion to confirm the subscription.",
		Secret: provider.Field{Name: "Verification token", Hint: "secret_..., told by Notion when the subscription is created; nothing to paste"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Notion-Signature"), Prefix: "sha256="},
		ID:     provider.JSONPath("id"),
		Type:   provider.JSONPath("type"),
		Time:   provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "verification token", Guard: provider.Unset,
			When:  []provider.Match{{At: provider.JSONPath("verification_token")}},
			Learn: provider.JSONPath("verification_token"),
		}},
		ContentTypes: []string{"application/json"},
	}
}
