package all_test

func quickBooksSample() sample {
	return sample{
		provider: "quickbooks", secret: "0aa1b2c3-verifier", foreign: "1aa1b2c3-verifier",
		body: `[{"specversion":"1.0","id":"88cd52aa-33b6-4351-9aa4-47572edbd068","source":"intuit.dsnBgb","type":"qbo.account.created.v1",` +
			`"time":"2026-03-01T11:59:58.179851517Z","intuitentityid":"1234","intuitaccountid":"310687","data":{}}]`,
		sign: func(s signing) { s.Header.Set("Intuit-Signature", base256(s.secret, s.text())) },
		id:   `["88cd52aa-33b6-4351-9aa4-47572edbd068"]`, kind: "qbo.account.created.v1",
	}
}

func quickBooksOldSample() sample {
	s := quickBooksSample()
	s.body = `{"eventNotifications":[{"realmId":"310687","dataChangeEvent":{"entities":[` +
		`{"id":"1234","operation":"Create","name":"Account","lastUpdated":"2026-03-01T11:59:58.657Z"}]}}]}`
	s.id, s.kind = "", "Account.Create"
	return s
}
