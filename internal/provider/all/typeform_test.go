package all_test

func typeformSample() sample {
	return sample{
		provider: "typeform", secret: "a-long-secret", foreign: "another-secret",
		body: `{"event_id":"01KBYWTTXW2SXX86TBH2SGNCCS","event_type":"form_response","form_response":{"submitted_at":"2026-03-01T11:59:58Z"}}`,
		sign: func(s signing) { s.Header.Set("Typeform-Signature", "sha256="+base256(s.secret, s.text())) },
		id:   "01KBYWTTXW2SXX86TBH2SGNCCS", kind: "form_response",
	}
}
