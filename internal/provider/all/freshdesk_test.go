package all_test

import "github.com/posthorn/posthorn/internal/provider"

func freshdeskSample() sample {
	return sample{
		provider: "freshdesk", options: provider.Options{"id_path": "freshdesk_webhook.ticket_id", "type_path": "freshdesk_webhook.triggered_event"},
		secret: "hook:pass", foreign: "hook:other",
		body: `{"freshdesk_webhook":{"ticket_id":7,"triggered_event":"{status:{from:Open,to:Closed}}"}}`,
		sign: signBasic,
		id:   "7", kind: "{status:{from:Open,to:Closed}}",
	}
}
