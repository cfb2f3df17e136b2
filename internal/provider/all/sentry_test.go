package all_test

func sentrySample() sample {
	return sample{
		provider: "sentry", secret: "5f2a7a4be1c24f2f9d3bd0bd8a0c4f3c", foreign: "6f2a7a4be1c24f2f9d3bd0bd8a0c4f3c",
		body: `{"action":"triggered","installation":{"uuid":"a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},"data":{"triggered_rule":"caf\u00e9"}}`,
		sign: func(s signing) {
			s.Header.Set("Request-ID", "d1b8b3b1d7c54a0b8b1c6c5ef1c8a0b1")
			s.Header.Set("Sentry-Hook-Resource", "event_alert")
			s.Header.Set("Sentry-Hook-Timestamp", "1772366398")
			s.Header.Set("Sentry-Hook-Signature", hex256(s.secret, s.text()))
		},
		id: "d1b8b3b1d7c54a0b8b1c6c5ef1c8a0b1", kind: "event_alert.triggered",
	}
}
