package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// dropbox signs the body, which says no more than whose files have changed: the same body comes again with the next
// change. So no repetition is recognised; a notification too many costs a look, one too few loses a change.
func dropbox() provider.Provider {
	return provider.Provider{
		Name: "dropbox", Title: "Dropbox",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://www.dropbox.com/developers/reference/webhooks"},
		},
		Note:   "Dropbox says that something has changed, not what. A signature knows no time: a request can be sent again for ever.",
		Secret: provider.Field{Name: "App secret", Hint: "in the App Console"},
		Scheme: provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Dropbox-Signature")},
		Type:   provider.Computed("list_folder, if it is there", dropboxType, provider.JSONPath("list_folder")),
		Dedupe: provider.DedupeOff,
		Handshakes: []provider.Handshake{{
			Name: "verification request", Method: http.MethodGet,
			When: []provider.Match{{At: provider.Query("challenge")}},
			Echo: provider.Query("challenge"), As: provider.Text, Reply: []provider.Given{{}},
		}},
		ContentTypes: []string{"application/json"},
	}
}

// dropboxType names the one kind of notification there is.
func dropboxType(c *provider.Check) (string, error) {
	if _, err := provider.JSONPath("list_folder").Read(c); err != nil {
		return "", err
	}
	return "list_folder", nil
}
