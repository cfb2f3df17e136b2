package all_test

import (
	"maps"

	"github.com/posthorn/posthorn/internal/provider"
)

func azureEventGridSample() sample {
	return sample{
		provider: "azure-event-grid", options: provider.Options{"in": "query"}, secret: "aeg-1", foreign: "aeg-2",
		body: `[{"id":"831e1650-001e-001b-66ab-eeb76e069631","topic":"/subscriptions/x","eventType":"Microsoft.Storage.BlobCreated",` +
			`"eventTime":"2026-03-01T11:59:58.6924647Z","data":{}}]`,
		sign: func(s signing) {
			s.Query = "token=" + s.secret
			s.Header.Set("aeg-event-type", "Notification")
		},
		id: `["831e1650-001e-001b-66ab-eeb76e069631"]`, kind: "Microsoft.Storage.BlobCreated",
		handshakes: azureHandshakes(),
	}
}

func azureHandshakes() map[string]handshake {
	shown := maps.Clone(abuseProtectionSample())
	shown["subscription validation"] = handshake{want: `{"validationResponse":"c-123"}`, request: func(s sample, challenge string) *provider.Check {
		s.body = `[{"id":"2d1781af","data":{"validationCode":` + quote(challenge) + `,"validationUrl":"https://rp-eastus2.eventgrid.azure.net:553/x"},` +
			`"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent"}]`
		c := s.signed(s.secret, "")
		c.Request.Header.Set("aeg-event-type", "SubscriptionValidation")
		return c
	}}
	return shown
}

func azureEventGridHeaderSample() sample {
	s := azureEventGridSample()
	s.options, s.secret, s.foreign = provider.Options{"in": "header"}, "BEARER SlAV32hkKG", "BEARER TlAV32hkKG"
	s.body = `{"specversion":"1.0","id":"b3","source":"/subscriptions/x","type":"Microsoft.Storage.BlobCreated","time":"2026-03-01T11:59:58Z"}`
	s.sign = func(g signing) { g.Header.Set("Authorization", g.secret) }
	s.id = "/subscriptions/x b3"
	return s
}
