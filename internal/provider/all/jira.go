package all

import "github.com/posthorn/posthorn/internal/provider"

// jira signs the body of webhooks that an administrator has given a secret; those that Connect or OAuth apps register
// are not signed this way and are refused. The identifier, which stays the same from one attempt to the next, is not
// signed, so a repetition is recognised by its body.
func jira() provider.Provider {
	return provider.Provider{
		Name: "jira", Title: "Jira",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://developer.atlassian.com/cloud/jira/platform/webhooks/"},
		},
		Note:         "Set a secret on the webhook under System, WebHooks: without one nothing is signed.",
		Secret:       provider.Field{Name: "Secret", Hint: "the text of the webhook's secret, as entered or generated"},
		Scheme:       provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature"), Prefix: "sha256="},
		ID:           provider.Header("X-Atlassian-Webhook-Identifier"),
		Type:         provider.JSONPath("webhookEvent"),
		Time:         provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.Milliseconds},
		Dedupe:       provider.DedupeByBody,
		ContentTypes: []string{"application/json"},
	}
}
