package all_test

func superOfficeSample() sample {
	return sample{
		provider: "superoffice", secret: "so-secret-1", foreign: "so-secret-2",
		body: `{"EventId":"0d4f6a2e-58a5-4f7c-9a52-6f0f1f1d7c11","Timestamp":"2026-03-01T11:59:59.1234567Z","Changes":["name"],"Event":"contact.changed",` +
			`"PrimaryKey":18,"Entity":"contact","ContextIdentifier":"Cust12345","WebhookName":"Größe"}`,
		sign: func(s signing) {
			s.Header.Set("X-SuperOffice-Event", "contact.changed")
			s.Header.Set("X-SuperOffice-EventId", "0d4f6a2e-58a5-4f7c-9a52-6f0f1f1d7c11")
			s.Header.Set("X-SuperOffice-Signature", base256(s.secret, s.text()))
		},
		id: "0d4f6a2e-58a5-4f7c-9a52-6f0f1f1d7c11", kind: "contact.changed",
	}
}
