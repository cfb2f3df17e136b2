package all_test

func wixSample() sample {
	own, other := pairFor("RS256", "own"), pairFor("RS256", "other")
	private := map[string]any{own.public: own.private, other.public: other.private}
	event := `{"id":"ev-1","slug":"created","eventTime":"2026-03-01T11:59:58Z"}`
	data := `{"eventType":"wix.contacts.v4.contact_merged","instanceId":"i-1","data":` + quote(event) + `}`
	return sample{
		provider: "wix", contentType: "text/plain", secret: own.public, foreign: other.public, body: data, stampIsJSON: true,
		sign: func(s signing) {
			claims := `{"data":` + quote(s.text()) + `,"iat":` + s.stamp + `,"exp":` + s.stamp + `}`
			s.Body = []byte(signedToken("RS256", claims, private[s.secret]))
		},
		id: "ev-1", kind: "wix.contacts.v4.contact_merged",
	}
}
