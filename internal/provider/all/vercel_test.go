package all_test

func vercelSample() sample {
	return sample{
		provider: "vercel", secret: "vc-secret-1", foreign: "vc-secret-2",
		body: `{"id":"dlv_1","type":"deployment.created","createdAt":1772366398000,"region":"sfo1","payload":{}}`,
		sign: func(s signing) { s.Header.Set("X-Vercel-Signature", hex1(s.secret, s.text())) },
		id:   "dlv_1", kind: "deployment.created",
	}
}
