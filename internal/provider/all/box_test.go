package all_test

func boxSample() sample {
	return sample{
		provider: "box", secret: "SamplePrimaryKey", foreign: "SampleSecondaryKey",
		body: `{"type":"webhook_event","id":"11446498","created_at":"2026-03-01T03:59:58-08:00","trigger":"FILE.UPLOADED"}`,
		sign: func(s signing) {
			s.Header.Set("Box-Delivery-Id", "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f")
			s.Header.Set("Box-Delivery-Timestamp", s.stamp)
			s.Header.Set("Box-Signature-Primary", base256(s.secret, s.text(), s.stamp))
		},
		id: "11446498", kind: "FILE.UPLOADED",
	}
}
