package all

import "github.com/posthorn/posthorn/internal/provider"

// opsgenie signs nothing; its users add headers of their own. The same alert is sent with every action on it and there
// is no id of the action, so nothing is taken for a repetition unless the source's owner says by what.
//
// Where the time of an action stands is not checked against the page, so none is read.
func opsgenie() provider.Provider {
	return provider.Provider{
		Name: "opsgenie", Title: "Opsgenie",
		Pages: []provider.Page{
			{Title: "Webhook Integration", URL: "https://docs.opsgenie.com/v1.0/docs/webhook-integration"},
			{Title: "Integrate Opsgenie with outgoing webhooks", URL: "https://support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-outgoing-webhooks/"},
		},
		Note: "Add a custom header with a long random value to the webhook integration: nothing else tells Opsgenie from others. " +
			"There is no id and no signature, so a webhook that is sent again is stored again, unless you set the source's `dedupe` to `{\"by\": \"body\"}`.",
		Secret:       provider.Field{Name: "Header value", Hint: "of the custom header that you have added; all of it"},
		Options:      []provider.Option{ownHeader("Authorization")},
		Scheme:       provider.Token{From: inOwnHeader("Authorization")},
		Type:         provider.JSONPath("action"),
		ContentTypes: []string{"application/json"},
	}
}
