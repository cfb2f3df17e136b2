package all

import (
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// workOS signs a time in milliseconds and the body. Its libraries take three minutes, so this does.
func workOS() provider.Provider {
	return provider.Provider{
		Name: "workos", Title: "WorkOS",
		Pages: []provider.Page{
			{Title: "Sync data with webhooks", URL: "https://workos.com/docs/events/data-syncing/webhooks"},
			{Title: "Events", URL: "https://workos.com/docs/events"},
			{Title: "WorkOS::Webhooks", URL: "https://www.rubydoc.info/gems/workos/5.17.0/WorkOS/Webhooks"},
		},
		Secret: provider.Field{Name: "Webhook secret", Hint: "shown on the endpoint's page in the dashboard; all of it is the key"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("WorkOS-Signature"), Layout: provider.Pairs(",", "v1", "t"),
			Stamp:  provider.Stamp{Unit: provider.Milliseconds, Tolerance: 3 * time.Minute},
			Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
		},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("event"),
		Time:         provider.Moment{From: provider.JSONPath("created_at"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}
