package all_test

import "encoding/base64"

func airtableSample() sample {
	return sample{
		provider: "airtable", secret: "S5mgtI8Gc1XwEc7Y9S1kXuTQKz6sBKPYcVWa4nBbBHs=", foreign: "AAmgtI8Gc1XwEc7Y9S1kXuTQKz6sBKPYcVWa4nBbBHs=",
		body: `{"base":{"id":"app00000000000000"},"webhook":{"id":"ach00000000000000"},"timestamp":"2026-03-01T11:59:58.663Z"}`,
		sign: func(s signing) {
			key, err := base64.StdEncoding.DecodeString(s.secret)
			if err != nil {
				panic(err) // written above
			}
			s.Header.Set("X-Airtable-Content-MAC", "hmac-sha256="+hex256(string(key), s.text()))
		},
		id: "ach00000000000000 2026-03-01T11:59:58.663Z", kind: "ping",
	}
}
