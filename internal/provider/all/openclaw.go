package all

import "github.com/posthorn/posthorn/internal/provider"

// openClaw posts the result of a scheduled job, with the token of its configuration as a bearer token. Nothing is signed and
// there is no id.
//
// That the field action names what happened is from receivers in public use; not checked.
func openClaw() provider.Provider {
	return provider.Provider{
		Name: "openclaw", Title: "OpenClaw",
		Pages:  []provider.Page{{Title: "Cron jobs", URL: "https://docs.openclaw.ai/automation/cron-jobs"}},
		Note:   "Set `cron.webhookToken` at OpenClaw to a long random text; without it nothing tells OpenClaw from others.",
		Secret: provider.Field{Name: "cron.webhookToken", Hint: "without Bearer"},
		Scheme: provider.Token{From: provider.Header("Authorization"), Prefix: "Bearer "},
		Type:   provider.JSONPath("action"),
	}
}
