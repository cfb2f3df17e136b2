package all

import "github.com/posthorn/posthorn/internal/provider"

// pipedrive signs nothing; a webhook may have a name and a password for HTTP basic authentication. In the second
// version meta.id is the webhook's id, in the first it is the object's, so there event and time are part of it. The
// attempt is counted inside the body, so the body cannot tell a repetition.
//
// Not checked: that meta.id of the second version stays the same from one attempt to the next.
func pipedrive() provider.Provider {
	return provider.Provider{
		Name: "pipedrive", Title: "Pipedrive",
		Pages: []provider.Page{
			{Title: "Guide for Webhooks v2", URL: "https://pipedrive.readme.io/docs/guide-for-webhooks-v2"},
			{Title: "Webhooks v2 migration guide", URL: "https://pipedrive.readme.io/docs/webhooks-v2-migration-guide"},
			{Title: "Webhooks", URL: "https://developers.pipedrive.com/docs/api/v1/Webhooks"},
		},
		Secret: provider.Field{Name: "HTTP auth username and password", Hint: "name:password, as entered with the webhook"},
		Scheme: provider.Basic{},
		ID: provider.FirstOf(
			provider.Joined(":", provider.JSONPath("meta.correlation_id"), provider.JSONPath("meta.id")),
			provider.Joined(":", provider.JSONPath("event"), provider.JSONPath("meta.id"), provider.JSONPath("meta.timestamp_micro")),
		),
		Type: provider.FirstOf(
			provider.Joined(".", provider.JSONPath("meta.action"), provider.JSONPath("meta.entity")), provider.JSONPath("event"),
		),
		Time:         provider.Moment{From: provider.JSONPath("meta.timestamp"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
