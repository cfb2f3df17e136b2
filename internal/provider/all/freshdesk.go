package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// freshdesk calls a URL from an automation rule and signs nothing; the rule may have a name and a password. What the
// body says, and whether it is JSON, XML or a form, is up to the rule, so no repetition is recognised: two tickets may
// well make the same body, and there is no id.
//
// The form of the rule, with its username, password and API key, is not checked against Freshdesk's own article, of
// which the stored copies have only the beginning; that authentication is basic is confirmed by descriptions of others.
func freshdesk() provider.Provider {
	return provider.Provider{
		Name: "freshdesk", Title: "Freshdesk",
		Pages: []provider.Page{
			{
				Title: "Using Webhooks in automation rules",
				URL:   "https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules",
			},
		},
		Note: "Switch on authentication in the rule. Where the body has something that is different for every event, name it in id_path, " +
			"and choose the dedupe rule by id on the source.",
		Secret:  provider.Field{Name: "Username and password", Hint: "name:password, as entered in the rule"},
		Options: []provider.Option{idPath(), typePath()},
		Scheme:  provider.Basic{},
		ID:      chosen("id"), Type: chosen("type"),
		Dedupe:  provider.DedupeOff,
		Methods: []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete},
	}
}
