package all

import "github.com/posthorn/posthorn/internal/provider"

// bitbucket signs the body; its X-Hub-Signature carries SHA-256 where GitHub's header of that name carries SHA-1.
// X-Request-UUID is not signed, so a repetition is recognised by its body. Bitbucket Data Center sends X-Request-Id.
func bitbucket() provider.Provider {
	return provider.Provider{
		Name: "bitbucket", Title: "Bitbucket",
		Pages: []provider.Page{
			{Title: "Manage webhooks", URL: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/"},
			{Title: "Enhanced webhook security", URL: "https://bitbucket.org/blog/enhanced-webhook-security"},
			{Title: "Event payload", URL: "https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html"},
		},
		Note:   "A webhook without a secret is sent unsigned and is refused here.",
		Secret: provider.Field{Name: "Secret", Hint: "the text you enter as the webhook's secret"},
		Scheme: provider.HMAC{
			Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature"), Prefix: "sha256=",
		},
		ID:     provider.FirstOf(provider.Header("X-Request-UUID"), provider.Header("X-Request-Id")),
		Type:   provider.Header("X-Event-Key"),
		Dedupe: provider.DedupeByBody,
	}
}
