package all

import "github.com/posthorn/posthorn/internal/provider"

// gitlab sends the secret token as it is, or, where a signing token is set on the webhook, signs by Standard Webhooks
// (merge request 230944, "Add webhook HMAC signing token"). Which of the two is expected is set on the source: a
// request that could choose would choose the weaker.
//
// That a signing token is pasted in the form whsec_ and base64 is concluded from the specification that the merge
// request follows; not checked.
func gitlab() provider.Provider {
	return provider.Provider{
		Name: "gitlab", Title: "GitLab",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.gitlab.com/user/project/integrations/webhooks/"},
			{Title: "Add webhook HMAC signing token", URL: "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944"},
		},
		Secret: provider.Field{Name: "Secret token or signing token", Hint: "as entered in the webhook's settings"},
		Options: []provider.Option{{
			Name: "scheme", Meaning: "Which token the webhook has.", Default: "token", Values: []string{"token", "signature"},
		}},
		Choose: provider.OneOf("scheme", map[string]provider.Scheme{
			"token":     provider.Token{From: provider.Header("X-Gitlab-Token")},
			"signature": provider.StandardWebhooks{},
		}),
		ID:           provider.FirstOf(provider.StandardWebhooks{}.ID(), provider.Header("Idempotency-Key")),
		Type:         provider.Header("X-Gitlab-Event"),
		ContentTypes: []string{"application/json"},
	}
}
