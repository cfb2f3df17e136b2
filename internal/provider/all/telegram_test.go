package all_test

func telegramSample() sample {
	return sample{
		provider: "telegram", secret: "tg-secret_1", foreign: "tg-secret_2", body: `{"update_id":10000,"message":{"text":"hi"}}`,
		sign: func(s signing) { s.Header.Set("X-Telegram-Bot-Api-Secret-Token", s.secret) },
		id:   "10000", kind: "message",
	}
}
