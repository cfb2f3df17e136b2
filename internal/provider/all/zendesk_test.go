package all_test

func zendeskSample() sample {
	return sample{
		provider: "zendesk", secret: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", foreign: "AGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
		body: `{"type":"zen:event-type:user.active_changed","account_id":12514403,"id":"2b24ef10-19d4","time":"2026-03-01T11:59:58Z","zendesk_event_version":"2022-06-20"}`,
		sign: func(s signing) {
			s.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", s.stamp)
			s.Header.Set("X-Zendesk-Webhook-Signature", base256(s.secret, s.stamp, s.text()))
		},
		id: "2022-06-20:2b24ef10-19d4", kind: "zen:event-type:user.active_changed",
	}
}

// A trigger sends what its owner wrote.
func zendeskTriggerSample() sample {
	s := zendeskSample()
	s.body, s.kind = `{"id":"35436","status":"open"}`, ""
	s.id = "2026-03-01T12:00:00Z " + digestOf(s.body)
	return s
}
