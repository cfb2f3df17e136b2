package all

import "github.com/posthorn/posthorn/internal/provider"

// slack signs a version, the timestamp and the body. Events come as JSON, slash commands and interactions as forms;
// event_id exists for events only, so everything else is recognised by its body. The challenge is from memory of the
// second page, not checked; the signature is as on the first, whose example is our vector.
func slack() provider.Provider {
	return provider.Provider{
		Name: "slack", Title: "Slack",
		Pages: []provider.Page{
			{Title: "Verifying requests from Slack", URL: "https://api.slack.com/docs/verifying-requests-from-slack"},
			{Title: "url_verification event", URL: "https://api.slack.com/events/url_verification"},
			{Title: "The Events API", URL: "https://api.slack.com/apis/events-api"},
		},
		Note:   "The secret must be set before the request URL is entered at Slack: its challenge is signed.",
		Secret: provider.Field{Name: "Signing secret", Hint: "on the app's page under Basic Information; 32 hex digits"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Slack-Signature"), Prefix: "v0=",
			Stamp: provider.Stamp{From: provider.Header("X-Slack-Request-Timestamp")},
			Signed: []provider.Piece{
				provider.Literal("v0:"), provider.Timestamp(), provider.Literal(":"), provider.Body(),
			},
		},
		ID: provider.JSONPath("event_id"),
		Type: provider.FirstOf(
			provider.JSONPath("event.type"), provider.JSONPath("type"), provider.Form("command"),
		),
		Time: provider.Moment{From: provider.JSONPath("event_time")},
		Handshakes: []provider.Handshake{{
			Name: "url_verification", Guard: provider.Signed,
			When: []provider.Match{{At: provider.JSONPath("type"), Equals: "url_verification"}},
			Echo: provider.JSONPath("challenge"), As: provider.Text, Reply: []provider.Given{{}},
		}},
		ContentTypes: []string{"application/json", "application/x-www-form-urlencoded"},
	}
}
