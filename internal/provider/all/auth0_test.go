package all_test

func auth0Sample() sample {
	return sample{
		provider: "auth0", secret: "Bearer a0-1", foreign: "Bearer a0-2",
		body: `[{"log_id":"900201","data":{"type":"s","date":"2026-03-01T11:59:58.000Z"}},{"log_id":"900202","data":{"type":"f"}}]`,
		sign: func(s signing) { s.Header.Set("Authorization", s.secret) },
		id:   `["900201","900202"]`, kind: "s",
	}
}

func auth0LinesSample() sample {
	s := auth0Sample()
	s.body = `{"log_id":"900201","data":{"type":"s"}}` + "\n" + `{"log_id":"900202","data":{"type":"f"}}`
	return s
}
