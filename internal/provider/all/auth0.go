package all

import "github.com/posthorn/posthorn/internal/provider"

// auth0 is a custom log stream. Nothing is signed: Auth0 sends the authorization token as it was entered. The owner
// chooses the media type and whether entries come one by one, as a list, or one on each line.
//
// Where an entry's id, type and time stand (log_id, data.type, data.date) is from memory of Auth0's tenant logs; not
// checked against its pages. Auth0's newer event streams are not covered.
func auth0() provider.Provider {
	return provider.Provider{
		Name: "auth0", Title: "Auth0",
		Pages: []provider.Page{
			{Title: "Create Custom Log Streams Using Webhooks", URL: "https://auth0.com/docs/customize/log-streams/custom-log-streams"},
		},
		Note:   "Fill in the authorization token when you create the stream; without it nothing tells Auth0 from others.",
		Secret: provider.Field{Name: "Authorization Token", Hint: "exactly as entered at Auth0, Bearer included if you wrote it there"},
		Scheme: provider.Token{From: provider.Header("Authorization")},
		ID:     provider.FirstOf(each("#.log_id"), each("..#.log_id")),
		Type:   provider.FirstOf(provider.JSONPath("0.data.type"), provider.JSONPath("data.type")),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("0.data.date"), provider.JSONPath("data.date")), Unit: provider.RFC3339,
		},
	}
}
